import { fromBER } from 'asn1js';
import { Certificate, ContentInfo, SignedData } from 'pkijs';
import { chainProblem, type ReadCertificate, readCertificate, signerOf } from './certificate-chain.ts';
import { decodeBody, type Entity, readEntity, splitParts } from './mime.ts';
import type { PecSignature } from './pec.ts';

/** What an S/MIME signature is about, and the signature (RFC 8551); nothing of it is checked yet. */
export type SignedPart =
  | { form: 'none' }
  /** It is signed in a form that can't be opened. */
  | { form: 'unreadable'; why: string; content: Buffer | null }
  | { form: 'detached' | 'opaque'; content: Buffer; signature: SignedData };

export interface Trust {
  /** From `readTrustedRoots`; none: nothing is proven. */
  roots: readonly ReadCertificate[];
  /** When the certificates must be valid; null: not known, so nothing is proven. */
  at: Date | null;
  /** The address that the signer must have: From of the envelope. */
  from: string | null;
}

const LARGEST_SIGNATURE = 1024 * 1024;
const MOST_CERTIFICATES = 20;
/** An opaque mail of the largest size that is read; programs that write in pieces make one node of each 4 KiB. */
const LARGEST_CMS = 64 * 1024 * 1024;
const MOST_NODES = 50_000;
const DATA = '1.2.840.113549.1.7.1';
const SIGNING_TIME = '1.2.840.113549.1.9.5';
/** Broken for signatures: a second content with the same digest can be made. */
const WEAK_DIGESTS = ['1.3.14.3.2.26', '1.2.840.113549.2.5']; // SHA-1, MD5
/** RFC 6109: the address by which every provider signs. */
const PROVIDER = /^posta-certificata@/;

/** Takes a signed mail apart; the content of `detached` is byte for byte what stands between the delimiters. */
export function openSigned(mail: Entity): SignedPart {
  if (mail.type === 'multipart/signed') {
    const split = splitParts(mail, 3);
    const [content, second] = split?.parts ?? [];
    const last = second ? readEntity(second) : null;
    if (!content || !last)
      return { form: 'unreadable', why: 'The signed mail has no parts.', content: content ?? null };
    if (split?.parts.length !== 2 || split.more || !/^application\/(x-)?pkcs7-signature$/.test(last.type))
      return { form: 'unreadable', why: 'The signed mail is not one part and its signature.', content };
    if (last.body.length > LARGEST_SIGNATURE)
      return { form: 'unreadable', why: 'The signature is too large.', content };
    const signature = readSignedData(decodeBody(last));
    // A signature that brings a content of its own says nothing about the part beside it.
    if (!signature || signature.encapContentInfo.eContent)
      return { form: 'unreadable', why: 'The signature is no detached CMS signature.', content };
    return { form: 'detached', content, signature };
  }
  if (/^application\/(x-)?pkcs7-mime$/.test(mail.type)) {
    const signature = readSignedData(decodeBody(mail));
    const content = signature?.encapContentInfo.eContent;
    if (!signature || !content)
      return { form: 'unreadable', why: 'The mail is wrapped in CMS that is no signed content.', content: null };
    try {
      return { form: 'opaque', content: Buffer.from(content.getValue()), signature };
    } catch {
      return { form: 'unreadable', why: 'The signed content can’t be read.', content: null };
    }
  }
  return { form: 'none' };
}

/** When the signer says that it signed; null when it doesn't. */
export function signingTime(part: SignedPart): Date | null {
  if (part.form !== 'detached' && part.form !== 'opaque') return null;
  const attributes = part.signature.signerInfos[0]?.signedAttrs?.attributes ?? [];
  const value: unknown = attributes.find(({ type }) => type === SIGNING_TIME)?.values[0];
  if (typeof value !== 'object' || value === null || !('toDate' in value) || typeof value.toDate !== 'function')
    return null;
  const at: unknown = value.toDate();
  return at instanceof Date && !Number.isNaN(at.getTime()) ? at : null;
}

/** Never throws: what can't be checked is `broken`. */
export async function verifySignature(part: SignedPart, trust: Trust): Promise<PecSignature> {
  if (part.form === 'none') return { state: 'absent', why: 'The mail is not signed.', signer: null };
  if (part.form === 'unreadable') return broken(part.why);
  const { signature, content } = part;
  if (signature.signerInfos.length !== 1) return broken('The mail has not exactly one signature.');
  if (signature.encapContentInfo.eContentType !== DATA) return broken('The signature is not about plain content.');
  const certificates = (signature.certificates ?? []).filter((each) => each instanceof Certificate);
  if (certificates.length > MOST_CERTIFICATES) return broken('The signature brings too many certificates.');
  const found = await signerCertificate(signature, part.form === 'detached' ? content : null);
  if ('why' in found) return broken(found.why);
  try {
    const signer = read(found.certificate);
    const why = distrust(signature, signer, certificates, trust);
    return { state: why ? 'untrusted' : 'valid', why, signer: signerOf(signer) };
  } catch {
    return broken('The certificate of the signer can’t be read.');
  }
}

const broken = (why: string): PecSignature => ({ state: 'broken', why, signer: null });

/** The certificate whose key made the signature over that content. */
async function signerCertificate(
  signature: SignedData,
  detached: Buffer | null,
): Promise<{ certificate: Certificate } | { why: string }> {
  // Signed with CRLF (RFC 8551, 3.1.1); mailboxes that keep lines with LF alone give other bytes back.
  const contents = detached ? [detached, ...withCarriageReturns(detached)] : [Buffer.alloc(0)];
  for (const data of contents) {
    try {
      const result = await signature.verify({ signer: 0, data: bytesOf(data), extendedMode: true });
      if (result.signatureVerified && result.signerCertificate) return { certificate: result.signerCertificate };
    } catch {
      // the next form of the content
    }
  }
  return { why: 'The signature does not fit the content: it was altered, or signed in a way that is not known.' };
}

function distrust(
  signature: SignedData,
  signer: ReadCertificate,
  certificates: Certificate[],
  { roots, at, from }: Trust,
): string | null {
  const digest = signature.signerInfos[0]?.digestAlgorithm.algorithmId ?? '';
  if (WEAK_DIGESTS.includes(digest)) return 'The signature uses a digest that can be forged.';
  if (!at) return 'When it was signed is not known.';
  const others = certificates.flatMap((each) => {
    try {
      return [read(each)];
    } catch {
      return [];
    }
  });
  const chain = chainProblem(signer, others, roots, at);
  if (chain) return chain;
  const { addresses } = signerOf(signer);
  const sender = from?.toLowerCase() ?? '';
  if (!addresses.includes(sender)) return 'The signer has another address than the sender of the envelope.';
  if (!PROVIDER.test(sender)) return 'The signer’s address is not one of a provider of certified mail.';
  return null;
}

const read = (certificate: Certificate): ReadCertificate =>
  readCertificate(new Uint8Array(certificate.toSchema().toBER(false)));

function readSignedData(der: Buffer): SignedData | null {
  try {
    const { offset, result } = fromBER(bytesOf(der), {
      maxContentLength: LARGEST_CMS,
      maxNodes: MOST_NODES,
      maxDepth: 50,
    });
    if (offset < 0) return null;
    const info = new ContentInfo({ schema: result });
    if (info.contentType !== ContentInfo.SIGNED_DATA) return null;
    return new SignedData({ schema: info.content });
  } catch {
    return null;
  }
}

/** A copy of exactly these bytes: a Buffer is often a window of something larger. */
const bytesOf = (buffer: Buffer): ArrayBuffer => new Uint8Array(buffer).buffer;

function withCarriageReturns(content: Buffer): Buffer[] {
  const text = content.toString('latin1');
  return /(^|[^\r])\n/.test(text) ? [Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1')] : [];
}
