import { createTransport } from 'nodemailer';

/** How certified mail looks on the wire (RFC 6109): what a provider writes around the mail of its customer, and about it. Not signed yet. */
export interface PecMail {
  from: string;
  to: string | string[];
  subject: string;
  text: string;
  attachments?: { filename: string; content: Buffer | string }[];
  messageId?: string;
  inReplyTo?: string;
  references?: string;
  /** The certified instant. */
  at?: Date;
  receiptForm?: 'completa' | 'breve' | 'sintetica';
}

export type PecReceiptType =
  | 'accettazione'
  | 'non-accettazione'
  | 'presa-in-carico'
  | 'avvenuta-consegna'
  | 'errore-consegna'
  | 'preavviso-errore-consegna'
  | 'rilevazione-virus';

/** Whose word it is. */
export interface PecIssuer {
  /** Of the provider: in its name, and in Message-IDs. */
  domain: string;
  /** By which it signs. */
  address: string;
}

export interface PecFacts {
  /** The provider's name for the mail, the same in its envelope and all its receipts. */
  identifier: string;
  /** The one that it is about; the first recipient when absent. */
  recipient?: string;
  error?: string;
  errorDetail?: string;
  /** Recipients of ordinary mail. */
  external?: readonly string[];
  /** Has the last word on the file of certified data. */
  certification?: (xml: string) => string;
}

/** The headers of the outer mail, and the entity that is to be signed. */
export interface UnsignedMail {
  headers: string[];
  entity: string;
}

/** The mail as its sender hands it in. */
export async function composeMail(mail: PecMail): Promise<Buffer> {
  const { message } = await createTransport({ streamTransport: true, buffer: true, newline: 'windows' }).sendMail({
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    date: atOf(mail),
    ...(mail.messageId ? { messageId: mail.messageId } : {}),
    ...(mail.inReplyTo ? { inReplyTo: mail.inReplyTo } : {}),
    ...(mail.references ? { references: mail.references } : {}),
    ...(mail.attachments ? { attachments: mail.attachments } : {}),
  });
  return message as Buffer;
}

/** Busta di trasporto: what the recipient of a certified mail gets. */
export function envelopeOf(mail: PecMail, original: Buffer | null, issuer: PecIssuer, facts: PecFacts): UnsignedMail {
  const xml = certificationXml('posta-certificata', mail, issuer, facts);
  return {
    headers: outer(`POSTA CERTIFICATA: ${mail.subject}`, onBehalf(mail, issuer), mail, listOf(mail.to).join(', '), [
      `Reply-To: ${mail.from}`,
      `Message-ID: <${facts.identifier}>`,
      ...reference(mail),
      'X-Trasporto: posta-certificata',
      ...(mail.receiptForm ? [`X-TipoRicevuta: ${mail.receiptForm}`] : []),
    ]),
    entity: mixed('Messaggio di posta certificata', xml, original),
  };
}

/** Busta di anomalia: what an address of certified mail gets from an ordinary one. */
export function anomalyOf(mail: PecMail, original: Buffer | null, issuer: PecIssuer, facts: PecFacts): UnsignedMail {
  return {
    headers: outer(`ANOMALIA MESSAGGIO: ${mail.subject}`, onBehalf(mail, issuer), mail, listOf(mail.to).join(', '), [
      `Message-ID: <${facts.identifier}>`,
      'X-Trasporto: errore',
    ]),
    entity: mixed('Anomalia nel messaggio', null, original),
  };
}

/** What the sender of `about` gets. */
export function receiptOf(
  type: PecReceiptType,
  about: PecMail,
  original: Buffer | null,
  issuer: PecIssuer,
  facts: PecFacts,
): UnsignedMail {
  return {
    headers: outer(`${SUBJECTS[type]}: ${about.subject}`, issuer.address, about, about.from, [
      `Message-ID: <ricevuta-${++count}.${facts.identifier}>`,
      ...reference(about),
      `X-Ricevuta: ${type}`,
      ...(type === 'avvenuta-consegna' ? [`X-TipoRicevuta: ${about.receiptForm ?? 'completa'}`] : []),
      ...(facts.error === 'virus' ? ['X-VerificaSicurezza: errore'] : []),
    ]),
    entity: mixed(`${SUBJECTS[type]}: ricevuta`, certificationXml(type, about, issuer, facts), original),
  };
}

/** The mail with a detached signature (RFC 8551, 3.5.3). */
export function signedMail({ headers, entity }: UnsignedMail, signature: Buffer): Buffer {
  const boundary = `firma-${++count}`;
  const type = `Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg=sha-256; boundary="${boundary}"`;
  const part = [
    'Content-Type: application/x-pkcs7-signature; name="smime.p7s"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="smime.p7s"',
    '',
    base64(signature),
  ].join(CRLF);
  const head = [...headers, type, '', 'This is an S/MIME signed message', '', `--${boundary}`, ''].join(CRLF);
  const tail = ['', `--${boundary}`, part, `--${boundary}--`, ''].join(CRLF);
  return Buffer.concat([Buffer.from(head), Buffer.from(entity, 'latin1'), Buffer.from(tail)]);
}

/** In lines as mail has them. */
export const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/(.{76})(?=.)/g, `$1${CRLF}`);

/** RFC 6109: how the subject of each begins. */
const SUBJECTS: Record<PecReceiptType, string> = {
  accettazione: 'ACCETTAZIONE',
  'non-accettazione': 'AVVISO DI NON ACCETTAZIONE',
  'presa-in-carico': 'PRESA IN CARICO',
  'avvenuta-consegna': 'CONSEGNA',
  'errore-consegna': 'AVVISO DI MANCATA CONSEGNA',
  'preavviso-errore-consegna': 'AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO',
  'rilevazione-virus': 'PROBLEMA DI SICUREZZA',
};

const CRLF = '\r\n';
let count = 0;

const listOf = (to: string | string[]): string[] => (Array.isArray(to) ? to : [to]);
const atOf = (mail: PecMail): Date => mail.at ?? new Date('2026-03-10T13:05:00Z');
const onBehalf = (mail: PecMail, { address }: PecIssuer): string => `"Per conto di: ${mail.from}" <${address}>`;
const reference = (about: PecMail): string[] =>
  about.messageId ? [`X-Riferimento-Message-ID: ${about.messageId}`] : [];

const outer = (subject: string, from: string, about: PecMail, to: string, more: string[]): string[] => [
  `Date: ${atOf(about).toUTCString().replace('GMT', '+0000')}`,
  `From: ${from}`,
  `To: ${to}`,
  `Subject: ${subject.replace(/[^\x20-\x7e]+/g, (word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`)}`,
  ...more,
  'MIME-Version: 1.0',
];

function certificationXml(
  type: 'posta-certificata' | PecReceiptType,
  mail: PecMail,
  issuer: PecIssuer,
  facts: PecFacts,
): string {
  const [day = '', time = ''] = new Date(atOf(mail).getTime() + 3_600_000).toISOString().split('T'); // at +0100
  const about = escaped(facts.recipient ?? listOf(mail.to)[0] ?? '');
  const single = ['avvenuta-consegna', 'errore-consegna', 'preavviso-errore-consegna'].includes(type);
  const form = type === 'posta-certificata' || type === 'avvenuta-consegna';
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<postacert tipo="${type}" errore="${facts.error ?? 'nessuno'}">`,
    ' <intestazione>',
    `  <mittente>${escaped(mail.from)}</mittente>`,
    ...listOf(mail.to).map(
      (to) =>
        `  <destinatari tipo="${facts.external?.includes(to) ? 'esterno' : 'certificato'}">${escaped(to)}</destinatari>`,
    ),
    `  <risposte>${escaped(mail.from)}</risposte>`,
    `  <oggetto>${escaped(mail.subject)}</oggetto>`,
    ' </intestazione>',
    ' <dati>',
    `  <gestore-emittente>Gestore ${issuer.domain}</gestore-emittente>`,
    `  <data zona="+0100"><giorno>${day.split('-').reverse().join('/')}</giorno><ora>${time.slice(0, 8)}</ora></data>`,
    `  <identificativo>${escaped(facts.identifier)}</identificativo>`,
    ...(mail.messageId ? [`  <msgid>${escaped(mail.messageId)}</msgid>`] : []),
    ...(form ? [`  <ricevuta tipo="${mail.receiptForm ?? 'completa'}"/>`] : []),
    ...(single ? [`  <consegna>${about}</consegna>`] : []),
    ...(type === 'presa-in-carico' ? [`  <ricezione>${about}</ricezione>`] : []),
    ...(facts.errorDetail ? [`  <errore-esteso>${escaped(facts.errorDetail)}</errore-esteso>`] : []),
    ' </dati>',
    '</postacert>',
    '',
  ];
  return (facts.certification ?? ((same: string) => same))(lines.join('\n'));
}

/** The parts of a provider's mail: words, certified data, the mail that it is about. */
function mixed(words: string, xml: string | null, original: Buffer | null): string {
  const boundary = `parti-${++count}`;
  const text = ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', `${words}.`];
  const data = [
    'Content-Type: application/xml; name="daticert.xml"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: inline; filename="daticert.xml"',
    '',
    base64(Buffer.from(xml ?? '', 'utf8')),
  ];
  const mail = [
    'Content-Type: message/rfc822; name="postacert.eml"',
    'Content-Disposition: inline; filename="postacert.eml"',
    '',
    original?.toString('latin1') ?? '',
  ];
  const parts = [text, ...(xml === null ? [] : [data]), ...(original ? [mail] : [])];
  const body = parts.map((lines) => `--${boundary}${CRLF}${lines.join(CRLF)}${CRLF}`).join('');
  return `Content-Type: multipart/mixed; boundary="${boundary}"${CRLF}${CRLF}${body}--${boundary}--${CRLF}`;
}

const escaped = (text: string): string =>
  text.replace(/[<>&]/g, (sign) => (sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : '&amp;'));
