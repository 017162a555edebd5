import type { Mail, MailAddress } from '../email/mail.ts';

/**
 * What a mailbox of certified mail (PEC, RFC 6109) holds, read. The words of the wire stay in Italian where the standard names them.
 *
 * Only the signed part of a mail is evidence: the headers of an envelope are not signed. Facts come from `certification` (daticert.xml,
 * inside the signed part); headers are compared with it, and what differs is a problem.
 */
export type PecItem = PecEnvelope | PecAnomaly | PecNotice | PecOrdinary | PecUnreadable;

interface PecFacts {
  /** Of the outer mail. What its recipient's answer refers to; in an envelope usually the provider's identifier in angle brackets. */
  messageId: string | null;
  /** Who sent the outer mail: the provider, when it is what it says. */
  from: MailAddress | null;
  /** Of the outer mail, with the provider's prefix (POSTA CERTIFICATA: …). */
  subject: string;
  date: Date | null;
  /** X-Riferimento-Message-ID: the Message-ID that the sender's own program gave the mail; with angle brackets. */
  reference: string | null;
  signature: PecSignature;
  /** Null: there is none, or it can't be read (see `problems`). Evidence only as far as `signature` goes. */
  certification: PecCertification | null;
  /** What could not be read, or contradicts: with any of these a person decides. */
  problems: PecProblem[];
}

/** Busta di trasporto: a certified mail from another PEC address. */
export interface PecEnvelope extends PecFacts {
  kind: 'envelope';
  /** The sender that the provider certifies (lower case); null when nothing says so. Proven only with a valid signature. */
  sender: string | null;
  /** Which receipt the sender asked for. */
  receiptForm: ReceiptForm | null;
  /** postacert.eml as it was sent; null when it is missing. */
  original: Buffer | null;
  /** The original, read; null when it is missing. */
  mail: Mail | null;
}

/** Busta di anomalia: ordinary mail, or a damaged envelope, that reached a PEC address. Its sender is a claim, nothing is certified. */
export interface PecAnomaly extends PecFacts {
  kind: 'anomaly';
  original: Buffer | null;
  mail: Mail | null;
}

/** A receipt or a notice (ricevuta, avviso) about a mail that was sent. */
export interface PecNotice extends PecFacts {
  kind: 'notice';
  /** Null: of a kind that the standard doesn't name. */
  type: PecNoticeType | null;
  /** Of a receipt of delivery: with the whole mail, with digests of its attachments, or without it. */
  receiptForm: ReceiptForm | null;
  /** X-VerificaSicurezza: the mail was stopped for its content. */
  securityProblem: boolean;
  /** The mail that it is about, when the notice carries it. */
  original: Buffer | null;
}

/** Neither envelope nor notice: mail that came without the system of certified mail. */
export interface PecOrdinary extends PecFacts {
  kind: 'ordinary';
  mail: Mail;
}

/** Its headers can't be read, or it is larger than what is read: then of the facts those of the headers are there. */
export interface PecUnreadable extends PecFacts {
  kind: 'unreadable';
}

/** As X-Ricevuta and daticert.xml write them (RFC 6109). */
export const NOTICE_TYPES = [
  'accettazione',
  'non-accettazione',
  'presa-in-carico',
  'avvenuta-consegna',
  'errore-consegna',
  'preavviso-errore-consegna',
  'rilevazione-virus',
] as const;
export type PecNoticeType = (typeof NOTICE_TYPES)[number];

export const RECEIPT_FORMS = ['completa', 'breve', 'sintetica'] as const;
export type ReceiptForm = (typeof RECEIPT_FORMS)[number];

export const PEC_ERRORS = ['nessuno', 'no-dest', 'no-dominio', 'virus', 'altro'] as const;
/** Providers often write `altro` where the standard has a better word: `errorDetail` says more. */
export type PecError = (typeof PEC_ERRORS)[number];

/** daticert.xml. Addresses in lower case. */
export interface PecCertification {
  type: PecNoticeType | 'posta-certificata';
  error: PecError;
  /** errore-esteso: the provider's own words; empty: none. */
  errorDetail: string;
  sender: string;
  recipients: PecRecipient[];
  /** Where answers go (risposte); empty: nowhere said. */
  replyTo: string;
  subject: string;
  /** gestore-emittente: the name of the provider that wrote it. */
  provider: string;
  /** The instant that is certified. */
  at: Date;
  /** identificativo: the provider's name for the mail, the same in its envelope and in all of its receipts. */
  identifier: string;
  /** msgid: the Message-ID of the sender's own program, with angle brackets; null: it gave none. */
  messageId: string | null;
  receiptForm: ReceiptForm | null;
  /** consegna: the one recipient that a receipt of delivery, or a notice that it failed, is about. */
  deliveredTo: string | null;
  /** ricezione: the recipients that another provider took over. */
  takenOverFor: string[];
}

export interface PecRecipient {
  address: string;
  /** `esterno`: of ordinary mail, for which no delivery is certified. */
  type: 'certificato' | 'esterno';
}

export interface PecSignature {
  state:
    | 'valid'
    /** The signature is right; that its signer is a provider of certified mail is not proven (see `why`). */
    | 'untrusted'
    /** It is there, and wrong or unreadable: the content is not what was signed. */
    | 'broken'
    | 'absent';
  /** Null when valid. A sentence for staff. */
  why: string | null;
  /** As its certificate says; null when none could be read. */
  signer: PecSigner | null;
}

export interface PecSigner {
  /** In lower case, from the certificate. */
  addresses: string[];
  name: string;
  issuer: string;
  validFrom: Date;
  validUntil: Date;
}

export interface PecProblem {
  code:
    | 'unreadable'
    | 'too large'
    | 'too many parts'
    | 'nested too deeply'
    | 'unknown kind'
    /** The signed part is not what the mail consists of. */
    | 'wrong structure'
    | 'no signature'
    | 'broken signature'
    | 'no certification'
    | 'bad certification'
    | 'no original'
    /** Two places say different things. */
    | 'contradiction';
  /** A sentence for staff, without personal data. */
  detail: string;
}
