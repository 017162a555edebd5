import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  anomalyOf,
  base64,
  composeMail,
  envelopeOf,
  type PecMail,
  type PecReceiptType,
  receiptOf,
  signedMail,
  type UnsignedMail,
} from '../../example/pec-mails.ts';

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
  makeReceipt(type: PecReceiptType, about: SampleMail, options?: ReceiptOptions): Promise<Buffer>;
  /** A mail around any entity, signed as asked. */
  wrap(mail: UnsignedMail, options?: SampleOptions): Buffer;
  /** Removes its keys. */
  close(): void;
}

export type SampleMail = PecMail;

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
  /** So many further certificates of the authority in between, each of which could have issued each other. */
  crowd?: number;
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
  const crowd = Array.from({ length: options.crowd ?? 0 }, (_, index) => {
    const name = `crowd${index}`;
    const files = ['-in', 'between.csr', '-out', `${name}.pem`, '-notext', '-batch'];
    const dates = ['-startdate', stamp(FROM), '-enddate', stamp(UNTIL)];
    openssl([
      'ca',
      '-config',
      'ca.cnf',
      '-extensions',
      'between',
      '-selfsign',
      '-keyfile',
      'between.key',
      ...dates,
      ...files,
    ]);
    return name;
  });
  const file = (name: string): string => readFileSync(join(folder, name), 'latin1');

  if (options.intermediate)
    writeFileSync(join(folder, 'chain.pem'), ['between', ...crowd].map((name) => file(`${name}.pem`)).join(''));

  const sign = (entity: Buffer, { form, tool = 'cms', digest = 'sha256', stream = false }: SampleOptions): Buffer => {
    const attached = form === 'opaque' ? ['-nodetach'] : [];
    const chain = options.intermediate ? ['-certfile', 'chain.pem'] : [];
    const shape = ['-binary', '-outform', 'DER', ...(stream ? ['-stream'] : ['-noindef'])];
    const keys = ['-signer', 'provider.pem', '-inkey', 'provider.key', ...chain, '-md', digest];
    return openssl([tool, '-sign', ...attached, ...shape, ...keys], entity);
  };

  const wrap: PecProvider['wrap'] = (mail, given = {}) => {
    const entity = (given.entity ?? same)(mail.entity);
    const headers = (given.headers ?? same)(mail.headers);
    if (given.form === 'none') return Buffer.from(`${headers.join(CRLF)}${CRLF}${entity}`, 'latin1');
    const signature = sign(Buffer.from(entity, 'latin1'), given);
    if (given.form !== 'opaque') return signedMail({ headers, entity }, signature);
    const type = 'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"';
    const lines = [...headers, type, 'Content-Transfer-Encoding: base64', '', base64(signature), ''];
    return Buffer.from(lines.join(CRLF));
  };
  const named = (given: SampleOptions): string => given.identifier ?? `opec${++count}.20260310@${domain}`;
  const inside = async (mail: SampleMail, given: SampleOptions): Promise<Buffer | null> =>
    given.original === undefined ? await composeMail(mail) : given.original;
  const self = { domain, address };

  return {
    address,
    rootPem: file('root.pem'),
    certificatePem: file('provider.pem'),
    wrap,
    close: () => rmSync(folder, { recursive: true, force: true }),
    makeEnvelope: async (mail, given = {}) =>
      wrap(envelopeOf(mail, await inside(mail, given), self, { ...given, identifier: named(given) }), given),
    makeAnomaly: async (mail, given = {}) =>
      wrap(anomalyOf(mail, await inside(mail, given), self, { ...given, identifier: named(given) }), given),
    makeReceipt: async (type, about, given = {}) => {
      const carries = type === 'avvenuta-consegna' && about.receiptForm !== 'sintetica';
      const original = carries ? await inside(about, given) : (given.original ?? null);
      return wrap(receiptOf(type, about, original, self, { ...given, identifier: named(given) }), given);
    },
  };
}

const CRLF = '\r\n';
const same = <Value>(value: Value): Value => value;
const stamp = (instant: Date): string => `${instant.toISOString().replace(/\D/g, '').slice(0, 14)}Z`;

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
