import { X509Certificate } from 'node:crypto';
import { BasicConstraints, Certificate, type GeneralName } from 'pkijs';
import { Failure } from '../../platform/errors.ts';
import type { PecSigner } from './pec.ts';

/** A certificate, read by both libraries: OpenSSL checks who issued it, the other gives its fields as data. */
export interface ReadCertificate {
  openssl: X509Certificate;
  fields: Certificate;
}

const MOST_ROOTS = 500;

/**
 * The certificates that the operator trusts, from a file in PEM: of authorities that certify providers of PEC, or of a provider itself.
 * @throws Failure when there is none in it, or one that can't be read.
 */
export function readTrustedRoots(pem: string): ReadCertificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const roots = blocks.slice(0, MOST_ROOTS).map((block, index) => {
    try {
      return readCertificate(new X509Certificate(block).raw);
    } catch {
      throw unusable(`Certificate ${index + 1} of the trusted ones can't be read.`);
    }
  });
  if (roots.length === 0) throw unusable('There is no certificate in what is given as trusted.');
  return roots;
}

const unusable = (detail: string): Failure =>
  new Failure({
    code: 'trusted-certificates-unreadable',
    kind: 'invalid',
    detail,
    help: 'Give a file in PEM: lines between BEGIN CERTIFICATE and END CERTIFICATE.',
  });

/** @throws when the bytes are no certificate. */
export function readCertificate(der: Uint8Array): ReadCertificate {
  return { openssl: new X509Certificate(der), fields: Certificate.fromBER(der) };
}

const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';
const COMMON_NAME = '2.5.4.3';
const ORGANISATION = '2.5.4.10';
const KEY_USAGE = '2.5.29.15';
const SUBJECT_ALT_NAME = '2.5.29.17';
const BASIC_CONSTRAINTS = '2.5.29.19';
const POLICIES = '2.5.29.32';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const ANY_PURPOSE = '2.5.29.37.0';
/** What is checked here, or does not narrow what a certificate may do. */
const UNDERSTOOD = [KEY_USAGE, SUBJECT_ALT_NAME, BASIC_CONSTRAINTS, POLICIES, EXTENDED_KEY_USAGE];

/** Who a certificate says that it is. */
export function signerOf({ fields, openssl }: ReadCertificate): PecSigner {
  const named = (type: string): string[] =>
    fields.subject.typesAndValues
      .filter((each) => each.type === type)
      .map((each) => String(each.value.valueBlock.value));
  const alternative = extension(fields, SUBJECT_ALT_NAME) as { altNames?: GeneralName[] } | undefined;
  const addresses = (alternative?.altNames ?? []).filter(({ type }) => type === 1).map(({ value }) => String(value));
  const issuer = fields.issuer.typesAndValues.filter(({ type }) => type === COMMON_NAME || type === ORGANISATION);
  return {
    addresses: [...new Set([...addresses, ...named(EMAIL_ADDRESS)].map((address) => address.trim().toLowerCase()))],
    name: (named(COMMON_NAME)[0] ?? named(ORGANISATION)[0] ?? '').slice(0, 200),
    issuer: String(issuer.at(-1)?.value.valueBlock.value ?? '').slice(0, 200),
    validFrom: new Date(openssl.validFrom),
    validUntil: new Date(openssl.validTo),
  };
}

/**
 * Why no chain leads from the signer's certificate to a trusted one, each valid at that instant; null when one does. A trusted
 * certificate need not be self-signed. Revocation is not asked for: it would need the network, and lists of back then.
 */
export function chainProblem(
  signer: ReadCertificate,
  others: readonly ReadCertificate[],
  roots: readonly ReadCertificate[],
  at: Date,
): string | null {
  const own = purposeProblem(signer);
  if (own) return own;
  if (!validAt(signer, at)) return 'The certificate of the signer was not valid at the time of the message.';
  if (roots.length === 0) return 'No trusted certificates are configured.';
  let steps = 0;
  const leads = (certificate: ReadCertificate, path: ReadCertificate[]): boolean => {
    if (roots.some((root) => same(root, certificate))) return true;
    for (const issuer of [...roots, ...others]) {
      if (path.length >= LONGEST_CHAIN || ++steps > MOST_STEPS) return false;
      if (path.some((each) => same(each, issuer)) || !mayIssue(issuer, path.length - 1, at)) continue;
      if (issued(issuer, certificate) && leads(issuer, [...path, issuer])) return true;
    }
    return false;
  };
  return leads(signer, [signer]) ? null : 'No chain of valid certificates leads from the signer to a trusted one.';
}

const LONGEST_CHAIN = 6;
/** Certificates that sign each other in circles must not keep us busy. */
const MOST_STEPS = 2000;

const same = (one: ReadCertificate, other: ReadCertificate): boolean => one.openssl.raw.equals(other.openssl.raw);

function validAt({ openssl }: ReadCertificate, at: Date): boolean {
  return new Date(openssl.validFrom) <= at && at <= new Date(openssl.validTo);
}

function issued(issuer: ReadCertificate, subject: ReadCertificate): boolean {
  try {
    return subject.openssl.checkIssued(issuer.openssl) && subject.openssl.verify(issuer.openssl.publicKey);
  } catch {
    return false; // a key of a kind that is not known
  }
}

/** `below`: how many authorities stand between it and the signer. */
function mayIssue(authority: ReadCertificate, below: number, at: Date): boolean {
  if (!authority.openssl.ca || !validAt(authority, at) || narrowed(authority)) return false;
  const constraints = extension(authority.fields, BASIC_CONSTRAINTS);
  const most = constraints instanceof BasicConstraints ? constraints.pathLenConstraint : undefined;
  return typeof most !== 'number' || below <= most;
}

/** It has a critical extension that is not understood here: RFC 5280, 4.2, asks to reject it. */
const narrowed = ({ fields }: ReadCertificate): boolean =>
  (fields.extensions ?? []).some(({ critical, extnID }) => critical && !UNDERSTOOD.includes(extnID));

function purposeProblem(signer: ReadCertificate): string | null {
  if (narrowed(signer)) return 'The certificate of the signer has restrictions that are not known here.';
  const purposes = signer.openssl.keyUsage as string[] | undefined; // the extended ones, in spite of its name
  if (purposes && !purposes.includes(EMAIL_PROTECTION) && !purposes.includes(ANY_PURPOSE))
    return 'The certificate of the signer is not meant for mail.';
  const usage = extension(signer.fields, KEY_USAGE) as { valueBlock?: { valueHexView?: Uint8Array } } | undefined;
  const bits = usage?.valueBlock?.valueHexView?.[0];
  if (bits !== undefined && (bits & 0xc0) === 0) return 'The certificate of the signer is not meant for signatures.';
  const { asymmetricKeyType: kind, asymmetricKeyDetails: details } = signer.openssl.publicKey;
  if (kind === 'rsa' && (details?.modulusLength ?? 0) < 2048) return 'The key of the signer is too short.';
  return null;
}

const extension = (certificate: Certificate, id: string): unknown =>
  certificate.extensions?.find(({ extnID }) => extnID === id)?.parsedValue;
