import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';

/** Samples of certified mail (RFC 6109), signed by the openssl program with certificates made on the spot. */
export interface PecProvider {
  /** By which it signs. */
  address: string;
  /** The certificate of the authority that certified it, in PEM: to be trusted. */
  rootPem: string;
  certificatePem: string;
  /** Busta di trasporto: what the recipient of a certified mail gets. */
  makeEnvelope(mail: SampleMail, options?: SampleOptions): Promise<Buffer>;
  /** Busta di anomalia: what an address of certified mail gets from an ordinary one. */
  makeAnomaly(mail: SampleMail, options?: SampleOptions): Promise<Buffer>;
  /** What the sender of a certified mail gets; `about` is that mail. */
  makeReceipt(type: SampleReceiptType, about: SampleMail, options?: ReceiptOptions): Promise<Buffer>;
  /** A mail around any entity, signed as asked. */
  wrap(headers: string[], entity: string, options?: SampleOptions): Buffer;
  /** Removes its keys. */
  close(): void;
}

export interface SampleMail {
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

export type SampleReceiptType =
  | 'accettazione'
  | 'non-accettazione'
  | 'presa-in-carico'
  | 'avvenuta-consegna'
  | 'errore-consegna'
  | 'preavviso-errore-consegna'
  | 'rilevazione-virus';

export interface SampleOptions {
  form?: 'detached' | 'opaque' | 'none';
  /** Which command signs: `smime` makes PKCS #7, `cms` CMS. */
  tool?: 'smime' | 'cms';
  digest?: string;
  /** The signed bytes in pieces of unknown length (BER). */
  stream?: boolean;
  /** The provider's name for the mail; made up when absent. */
  identifier?: string;
  /** Changes the file of certified data before it is signed. */
  certification?: (xml: string) => string;
  /** Changes what is signed, before. */
  entity?: (entity: string) => string;
  /** Takes the place of the mail inside. */
  original?: Buffer | null;
  /** Changes headers of the outer mail. */
  headers?: (headers: string[]) => string[];
}

export interface ReceiptOptions extends SampleOptions {
  /** The one that it is about; the first recipient when absent. */
  recipient?: string;
  error?: string;
  errorDetail?: string;
  external?: string[];
}

export interface ProviderOptions {
  domain?: string;
  /** Instead of posta-certificata@ the domain. */
  address?: string;
  validFrom?: Date;
  validUntil?: Date;
  /** An authority between the root and the provider; `extensions` instead of those of an authority. */
  intermediate?: boolean | { validUntil?: Date; extensions?: string };
  /** Instead of those of an authority. */
  rootExtensions?: string;
  /** Without them an issuer is known by its name alone. */
  keyIdentifiers?: boolean;
  keyType?: 'rsa:2048' | 'rsa:1024' | 'ec';
  /** What the certificate is for. */
  purpose?: string;
}

const FROM = new Date('2020-01-01T00:00:00Z');
const UNTIL = new Date('2049-01-01T00:00:00Z');

export const hasOpenssl = (): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

let count = 0;

/** Makes an authority, perhaps one below it, and a provider with its key; some tenths of a second. */
export function openPecProvider(options: ProviderOptions = {}): PecProvider {
  const { domain = 'pec.example', keyType = 'rsa:2048', purpose = 'emailProtection' } = options;
  const address = options.address ?? `posta-certificata@${domain}`;
  const folder = mkdtempSync(join(tmpdir(), 'pec-'));
  const openssl = (parameters: string[], input?: Buffer): Buffer =>
    execFileSync('openssl', parameters, { cwd: folder, input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 256e6 });

  writeFileSync(join(folder, 'ca.cnf'), configuration(address, purpose, options));
  mkdirSync(join(folder, 'issued'));
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(join(folder, 'index.txt.attr'), 'unique_subject = no\n');
  writeFileSync(join(folder, 'serial'), '1000\n');
  const certify = (name: string, subject: string, section: string, issuer: string | null, from: Date, until: Date) => {
    const rsa = section === 'provider' && keyType !== 'ec'; // the authorities' are of the kind that is made at once
    const key = rsa
      ? ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${keyType.slice(4)}`]
      : ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    openssl(['genpkey', ...key, '-out', `${name}.key`]);
    openssl(['req', '-new', '-key', `${name}.key`, '-subj', subject, '-out', `${name}.csr`, '-config', 'ca.cnf']);
    const signer = issuer
      ? ['-cert', `${issuer}.pem`, '-keyfile', `${issuer}.key`]
      : ['-selfsign', '-keyfile', `${name}.key`];
    const dates = ['-startdate', stamp(from), '-enddate', stamp(until)];
    const files = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-notext', '-batch'];
    openssl(['ca', '-config', 'ca.cnf', '-extensions', section, ...signer, ...dates, ...files]);
  };
  certify('root', '/O=Autorita di prova/CN=Radice di prova', 'root', null, FROM, UNTIL);
  const issuer = options.intermediate ? 'between' : 'root';
  const between = typeof options.intermediate === 'object' ? options.intermediate : {};
  if (options.intermediate)
    certify('between', '/O=Autorita di prova/CN=Intermedia', 'between', 'root', FROM, between.validUntil ?? UNTIL);
  const own = `/O=Gestore di prova/CN=Gestore ${domain}`;
  certify('provider', own, 'provider', issuer, options.validFrom ?? FROM, options.validUntil ?? UNTIL);
  const file = (name: string): string => readFileSync(join(folder, name), 'latin1');

  const sign = (entity: Buffer, { form, tool = 'cms', digest = 'sha256', stream = false }: SampleOptions): Buffer => {
    const attached = form === 'opaque' ? ['-nodetach'] : [];
    const chain = options.intermediate ? ['-certfile', 'between.pem'] : [];
    const shape = ['-binary', '-outform', 'DER', ...(stream ? ['-stream'] : ['-noindef'])];
    const keys = ['-signer', 'provider.pem', '-inkey', 'provider.key', ...chain, '-md', digest];
    return openssl([tool, '-sign', ...attached, ...shape, ...keys], entity);
  };

  const wrap = (headers: string[], text: string, given: SampleOptions = {}): Buffer => {
    const entity = Buffer.from((given.entity ?? ((same) => same))(text), 'latin1');
    const head = (given.headers ?? ((same) => same))([...headers, 'MIME-Version: 1.0']).join(CRLF);
    const signature = base64(given.form === 'none' ? Buffer.alloc(0) : sign(entity, given));
    if (given.form === 'none') return Buffer.concat([Buffer.from(`${head}${CRLF}`), entity]);
    if (given.form === 'opaque') {
      const type = 'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"';
      return Buffer.from([head, type, 'Content-Transfer-Encoding: base64', '', signature, ''].join(CRLF));
    }
    const boundary = `firma-${++count}`;
    const type = `Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg=sha-256; boundary="${boundary}"`;
    const part = [
      'Content-Type: application/x-pkcs7-signature; name="smime.p7s"',
      'Content-Transfer-Encoding: base64',
      'Content-Disposition: attachment; filename="smime.p7s"',
      '',
      signature,
    ].join(CRLF);
    return Buffer.concat([
      Buffer.from([head, type, '', 'This is an S/MIME signed message', '', `--${boundary}`, ''].join(CRLF)),
      entity,
      Buffer.from([``, `--${boundary}`, part, `--${boundary}--`, ''].join(CRLF)),
    ]);
  };

  const outer = (subject: string, from: string, about: SampleMail, to: string, more: string[]): string[] => [
    `Date: ${atOf(about).toUTCString().replace('GMT', '+0000')}`,
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject.replace(/[^\x20-\x7e]+/g, (word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`)}`,
    ...more,
  ];
  const named = (options: SampleOptions): string => options.identifier ?? `opec${++count}.20260310@${domain}`;
  const reference = (about: SampleMail): string[] =>
    about.messageId ? [`X-Riferimento-Message-ID: ${about.messageId}`] : [];

  return {
    address,
    rootPem: file('root.pem'),
    certificatePem: file('provider.pem'),
    wrap,
    close: () => rmSync(folder, { recursive: true, force: true }),

    async makeEnvelope(mail, given = {}) {
      const identifier = named(given);
      const xml = certificationXml('posta-certificata', mail, { ...given, identifier, provider: domain });
      const original = given.original === undefined ? await composeMail(mail) : given.original;
      const entity = mixed('Messaggio di posta certificata', (given.certification ?? ((same) => same))(xml), original);
      const headers = outer(
        `POSTA CERTIFICATA: ${mail.subject}`,
        `"Per conto di: ${mail.from}" <${address}>`,
        mail,
        listOf(mail.to).join(', '),
        [
          `Reply-To: ${mail.from}`,
          `Message-ID: <${identifier}>`,
          ...reference(mail),
          'X-Trasporto: posta-certificata',
          ...(mail.receiptForm ? [`X-TipoRicevuta: ${mail.receiptForm}`] : []),
        ],
      );
      return wrap(headers, entity, given);
    },

    async makeAnomaly(mail, given = {}) {
      const original = given.original === undefined ? await composeMail(mail) : given.original;
      const headers = outer(
        `ANOMALIA MESSAGGIO: ${mail.subject}`,
        `"Per conto di: ${mail.from}" <${address}>`,
        mail,
        listOf(mail.to).join(', '),
        [`Message-ID: <${named(given)}>`, 'X-Trasporto: errore'],
      );
      return wrap(headers, mixed('Anomalia nel messaggio', null, original), given);
    },

    async makeReceipt(type, about, given = {}) {
      const identifier = named(given);
      const xml = certificationXml(type, about, { ...given, identifier, provider: domain });
      const carries = type === 'avvenuta-consegna' && about.receiptForm !== 'sintetica';
      const original = given.original === undefined ? (carries ? await composeMail(about) : null) : given.original;
      const entity = mixed(
        `${SUBJECTS[type]}: ricevuta`,
        (given.certification ?? ((same) => same))(xml),
        original ?? null,
      );
      const headers = outer(`${SUBJECTS[type]}: ${about.subject}`, address, about, about.from, [
        `Message-ID: <ricevuta-${++count}@${domain}>`,
        ...reference(about),
        `X-Ricevuta: ${type}`,
        ...(type === 'avvenuta-consegna' ? [`X-TipoRicevuta: ${about.receiptForm ?? 'completa'}`] : []),
        ...(given.error === 'virus' ? ['X-VerificaSicurezza: errore'] : []),
      ]);
      return wrap(headers, entity, given);
    },
  };
}

/** RFC 6109, 3: how the subject of each begins. */
const SUBJECTS: Record<SampleReceiptType, string> = {
  accettazione: 'ACCETTAZIONE',
  'non-accettazione': 'AVVISO DI NON ACCETTAZIONE',
  'presa-in-carico': 'PRESA IN CARICO',
  'avvenuta-consegna': 'CONSEGNA',
  'errore-consegna': 'AVVISO DI MANCATA CONSEGNA',
  'preavviso-errore-consegna': 'AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO',
  'rilevazione-virus': 'PROBLEMA DI SICUREZZA',
};

/** The mail as its sender hands it in. */
export async function composeMail(mail: SampleMail): Promise<Buffer> {
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

function certificationXml(
  type: 'posta-certificata' | SampleReceiptType,
  mail: SampleMail,
  facts: ReceiptOptions & { identifier: string; provider: string },
): string {
  const rome = new Date(atOf(mail).getTime() + 3_600_000).toISOString(); // written with its winter offset
  const [day = '', time = ''] = rome.split('T');
  const form = mail.receiptForm ?? 'completa';
  const about = facts.recipient ?? listOf(mail.to)[0] ?? '';
  const single = ['avvenuta-consegna', 'errore-consegna', 'preavviso-errore-consegna'].includes(type);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<postacert tipo="${type}" errore="${facts.error ?? 'nessuno'}">`,
    ' <intestazione>',
    `  <mittente>${escaped(mail.from)}</mittente>`,
    ...listOf(mail.to).map((to) => {
      const kind = facts.external?.includes(to) ? 'esterno' : 'certificato';
      return `  <destinatari tipo="${kind}">${escaped(to)}</destinatari>`;
    }),
    `  <risposte>${escaped(mail.from)}</risposte>`,
    `  <oggetto>${escaped(mail.subject)}</oggetto>`,
    ' </intestazione>',
    ' <dati>',
    `  <gestore-emittente>Gestore ${facts.provider}</gestore-emittente>`,
    `  <data zona="+0100"><giorno>${day.split('-').reverse().join('/')}</giorno><ora>${time.slice(0, 8)}</ora></data>`,
    `  <identificativo>${escaped(facts.identifier)}</identificativo>`,
    ...(mail.messageId ? [`  <msgid>${escaped(mail.messageId)}</msgid>`] : []),
    ...(type === 'posta-certificata' || type === 'avvenuta-consegna' ? [`  <ricevuta tipo="${form}"/>`] : []),
    ...(single ? [`  <consegna>${escaped(about)}</consegna>`] : []),
    ...(type === 'presa-in-carico' ? [`  <ricezione>${escaped(about)}</ricezione>`] : []),
    ...(facts.errorDetail ? [`  <errore-esteso>${escaped(facts.errorDetail)}</errore-esteso>`] : []),
    ' </dati>',
    '</postacert>',
    '',
  ].join('\n');
}

function mixed(title: string, xml: string | null, original: Buffer | null): string {
  const boundary = `parti-${++count}`;
  const parts = [
    ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '', `${title}.`],
    ...(xml === null
      ? []
      : [
          [
            'Content-Type: application/xml; name="daticert.xml"',
            'Content-Transfer-Encoding: base64',
            'Content-Disposition: inline; filename="daticert.xml"',
            '',
            base64(Buffer.from(xml, 'utf8')),
          ],
        ]),
    ...(original
      ? [
          [
            'Content-Type: message/rfc822; name="postacert.eml"',
            'Content-Disposition: inline; filename="postacert.eml"',
            '',
            original.toString('latin1'),
          ],
        ]
      : []),
  ];
  const body = parts.map((lines) => `--${boundary}${CRLF}${lines.join(CRLF)}${CRLF}`).join('');
  return `Content-Type: multipart/mixed; boundary="${boundary}"${CRLF}${CRLF}${body}--${boundary}--${CRLF}`;
}

const CRLF = '\r\n';
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/(.{76})(?=.)/g, `$1${CRLF}`);
const listOf = (to: string | string[]): string[] => (Array.isArray(to) ? to : [to]);
const atOf = (mail: SampleMail): Date => mail.at ?? new Date('2026-03-10T13:05:00Z');
const stamp = (instant: Date): string => `${instant.toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
const escaped = (text: string): string =>
  text.replace(/[<>&]/g, (sign) => (sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : '&amp;'));

const AUTHORITY = `basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign`;

function configuration(address: string, purpose: string, options: ProviderOptions): string {
  const identified = options.keyIdentifiers ?? true;
  const between = typeof options.intermediate === 'object' ? options.intermediate.extensions : undefined;
  return `
[ca]
default_ca = here
[here]
new_certs_dir = issued
database = index.txt
serial = serial
default_md = sha256
policy = any
email_in_dn = no
unique_subject = no
[any]
organizationName = optional
commonName = optional
[req]
distinguished_name = any_name
[any_name]
[root]
${options.rootExtensions ?? AUTHORITY}
subjectKeyIdentifier = ${identified ? 'hash' : 'none'}
[between]
${between ?? AUTHORITY}
subjectKeyIdentifier = ${identified ? 'hash' : 'none'}
[provider]
basicConstraints = CA:false
keyUsage = critical, digitalSignature, nonRepudiation
extendedKeyUsage = ${purpose}
subjectAltName = email:${address}
${identified ? 'authorityKeyIdentifier = keyid' : ''}
`;
}
