import type { Mail } from '../email/mail.ts';
import { readMail } from '../email/read-mail.ts';
import type { ReadCertificate } from './certificate-chain.ts';
import { decodeBody, type Entity, header, readEntity, splitParts } from './mime.ts';
import {
  NOTICE_TYPES,
  type PecCertification,
  type PecItem,
  type PecProblem,
  type PecSignature,
  type PecUnreadable,
  RECEIPT_FORMS,
  type ReceiptForm,
} from './pec.ts';
import { bracketed, readCertification } from './read-certification.ts';
import { openSigned, signingTime, verifySignature } from './verify-signature.ts';

export interface ReadPecOptions {
  /** From `readTrustedRoots`; without them no signature is proven. */
  roots: readonly ReadCertificate[];
  /** Addresses of the mailbox: what was made for others, and sent on to it, is a contradiction. Not given: not asked. */
  ownAddresses?: readonly string[];
  /** As for `readMail`: believed of ordinary mail only. */
  authservId?: string | null;
  /** Only the head was fetched, for the mail's size. */
  headersOnly?: boolean;
}

/** PEC mails have at most 30 MB, and somewhat more once they are wrapped and encoded (RFC 6109, 3.1.1). */
const LARGEST = 64 * 1024 * 1024;
const MOST_PARTS = 100;
const DEEPEST = 5;

/**
 * Reads what came into a mailbox of certified mail: envelope, anomaly, receipt or notice, or mail that is none of them. The signature
 * is checked, the data of certification read from the signed part and compared with the headers and with the mail inside.
 * Never throws: what can't be read, or contradicts, is among the `problems`, and a person decides.
 */
export async function readPec(raw: Buffer, options: ReadPecOptions = { roots: [] }): Promise<PecItem> {
  const mail = readEntity(raw);
  if (!mail) return unreadable({ code: 'unreadable', detail: 'The mail has no headers that can be read.' });
  const envelope = await readMail(shortHead(mail), { headersOnly: true });
  const facts = {
    messageId: envelope.messageId,
    from: envelope.from,
    subject: envelope.subject,
    date: envelope.date,
    reference: bracketed(header(mail, 'x-riferimento-message-id')),
  };
  if (raw.length > LARGEST || options.headersOnly) {
    const detail = `The mail is larger than ${options.headersOnly ? 'is fetched' : `${LARGEST / 1024 / 1024} MiB`}.`;
    return { ...unreadable({ code: 'too large', detail }), ...facts };
  }
  const transport = word(mail, 'x-trasporto');
  const receipt = word(mail, 'x-ricevuta');
  if (transport === null && receipt === null) {
    const signature: PecSignature = { state: 'absent', why: 'The mail is no certified mail.', signer: null };
    return {
      kind: 'ordinary',
      ...facts,
      signature,
      certification: null,
      problems: [],
      mail: await readMail(raw, { authservId: options.authservId }),
    };
  }

  const problems: PecProblem[] = [];
  const signed = openSigned(mail);
  const content = 'content' in signed ? signed.content : null;
  const found = findParts(content ? readEntity(content) : mail, problems);
  const certification = certificationIn(found, transport === 'errore', problems);
  const at = certification?.at ?? signingTime(signed) ?? facts.date;
  const signature = await verifySignature(signed, { roots: options.roots, at, from: facts.from?.address ?? null });
  if (signature.state === 'absent') problems.push({ code: 'no signature', detail: signature.why ?? '' });
  if (signature.state === 'broken') problems.push({ code: 'broken signature', detail: signature.why ?? '' });
  const original = originalIn(found, problems);
  const known = { ...facts, signature, certification, problems };

  if (certification && facts.reference && certification.messageId && certification.messageId !== facts.reference)
    problems.push(contradiction('The header refers to another message than the certified data.'));
  if (header(mail, 'x-trasporto') !== null && receipt !== null)
    problems.push(contradiction('The headers say both envelope and receipt.'));

  if (certification && !concerns(certification, options.ownAddresses ?? []))
    problems.push(contradiction('The certified data are about mail of others.'));

  if (receipt !== null) {
    const type = NOTICE_TYPES.find((each) => each === receipt) ?? null;
    if (!type)
      problems.push({ code: 'unknown kind', detail: 'X-Ricevuta has a value that the standard does not name.' });
    if (type && certification && certification.type !== type)
      problems.push(contradiction('The header says another kind of receipt than the certified data.'));
    const receiptForm = formOf(mail, certification, problems);
    if (type === 'avvenuta-consegna' && certification && !certification.deliveredTo)
      problems.push({ code: 'bad certification', detail: 'The receipt of delivery names no recipient.' });
    if (type === 'avvenuta-consegna' && !original && (receiptForm === 'completa' || receiptForm === 'breve'))
      problems.push({
        code: 'no original',
        detail: 'The receipt of delivery does not carry the mail that was delivered.',
      });
    const securityProblem = word(mail, 'x-verificasicurezza') === 'errore' || certification?.error === 'virus';
    return { kind: 'notice', ...known, type, receiptForm, securityProblem, original };
  }
  if (!original) problems.push({ code: 'no original', detail: 'The envelope holds no postacert.eml.' });
  const inside = original ? await readMail(original) : null;
  if (transport === 'errore') return { kind: 'anomaly', ...known, original, mail: inside };

  if (transport !== 'posta-certificata')
    problems.push({ code: 'unknown kind', detail: 'X-Trasporto has a value that the standard does not name.' });
  if (certification && certification.type !== 'posta-certificata')
    problems.push(contradiction('The certified data are of a receipt, the headers of an envelope.'));
  if (certification && inside && !sameSender(certification.sender, inside))
    problems.push(contradiction('The mail inside has another sender than the certified data.'));
  const receiptForm = formOf(mail, certification, problems);
  const sender = certification?.sender ?? null;
  return { kind: 'envelope', ...known, sender, receiptForm, original, mail: inside };
}

/** The few fields of the outer mail that are read as mail is: its body is not one. */
function shortHead(mail: Entity): Buffer {
  const lines = ['Message-ID', 'From', 'Subject', 'Date'].flatMap((name) =>
    (mail.headers.get(name.toLowerCase()) ?? []).slice(0, 1).map((value) => `${name}: ${value}\r\n`),
  );
  return Buffer.from(`${lines.join('')}\r\n`, 'latin1');
}

const contradiction = (detail: string): PecProblem => ({ code: 'contradiction', detail });

const unreadable = (problem: PecProblem): PecUnreadable => ({
  kind: 'unreadable',
  messageId: null,
  from: null,
  subject: '',
  date: null,
  reference: null,
  signature: { state: 'absent', why: 'The mail was not read.', signer: null },
  certification: null,
  problems: [problem],
});

/** The value of a header that is one word, in lower case; null when there is none. A header that stands twice has no value. */
function word(mail: Entity, name: string): string | null {
  const values = mail.headers.get(name);
  return values ? (values.length === 1 ? (values[0] ?? '').toLowerCase() : '') : null;
}

/** A mail is for its recipients; everything else goes to the sender of the mail that it is about. */
function concerns({ type, sender, recipients }: PecCertification, own: readonly string[]): boolean {
  const those = type === 'posta-certificata' ? recipients.map(({ address }) => address) : [sender];
  return own.length === 0 || own.some((address) => those.includes(address.toLowerCase()));
}

interface Found {
  certifications: Buffer[];
  originals: Buffer[];
}

/** Looks through the parts of the provider, never inside the mail that they carry. */
function findParts(top: Entity | null, problems: PecProblem[]): Found {
  const found: Found = { certifications: [], originals: [] };
  let left = MOST_PARTS;
  const look = (entity: Entity, depth: number): void => {
    if (entity.type.startsWith('multipart/')) {
      if (depth >= DEEPEST) {
        addOnce(problems, { code: 'nested too deeply', detail: `Parts are nested more than ${DEEPEST} deep.` });
        return;
      }
      const split = splitParts(entity, left);
      if (split?.more)
        addOnce(problems, { code: 'too many parts', detail: `The mail has more than ${MOST_PARTS} parts.` });
      if (split && !split.closed && !split.more)
        addOnce(problems, { code: 'wrong structure', detail: 'The mail ends before its last part is closed.' });
      for (const bytes of split?.parts ?? []) {
        left--;
        const part = readEntity(bytes);
        if (part && left >= 0) look(part, depth + 1);
      }
    } else if (entity.fileName === 'daticert.xml') found.certifications.push(decodeBody(entity));
    else if (entity.fileName === 'postacert.eml' || entity.type === 'message/rfc822')
      found.originals.push(decodeBody(entity));
  };
  if (top) look(top, 0);
  return found;
}

function addOnce(problems: PecProblem[], problem: PecProblem): void {
  if (!problems.some(({ code }) => code === problem.code)) problems.push(problem);
}

function certificationIn({ certifications }: Found, anomaly: boolean, problems: PecProblem[]): PecCertification | null {
  const [bytes] = certifications;
  if (!bytes) {
    if (!anomaly)
      problems.push({ code: 'no certification', detail: 'The mail has no daticert.xml in its signed part.' });
    return null;
  }
  if (certifications.length > 1) {
    problems.push({ code: 'bad certification', detail: 'The mail has several daticert.xml.' });
    return null;
  }
  const result = readCertification(bytes);
  if ('certification' in result) return result.certification;
  problems.push({ code: 'bad certification', detail: result.why });
  return null;
}

function originalIn({ originals }: Found, problems: PecProblem[]): Buffer | null {
  if (originals.length <= 1) return originals[0] ?? null;
  problems.push({ code: 'wrong structure', detail: 'The envelope holds several mails.' });
  return null;
}

function formOf(mail: Entity, certification: PecCertification | null, problems: PecProblem[]): ReceiptForm | null {
  const said = word(mail, 'x-tiporicevuta');
  const headed = RECEIPT_FORMS.find((form) => form === said) ?? null;
  const certified = certification?.receiptForm ?? null;
  if (headed && certified && headed !== certified)
    problems.push(contradiction('The header names another form of receipt than the certified data.'));
  return certified ?? headed;
}

const sameSender = (sender: string, mail: Mail): boolean => mail.from?.address.toLowerCase() === sender;
