import { createHash, webcrypto } from 'node:crypto';
import { BitString, Integer, ObjectIdentifier, OctetString, UTCTime, Utf8String } from 'asn1js';
import {
  Attribute,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  Extension,
  ExtKeyUsage,
  GeneralName,
  GeneralNames,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs';

export interface PecSigner {
  /** The certificate of the authority that certified the provider, in PEM. */
  rootPem: string;
  /** A detached CMS signature (DER) over exactly these bytes. */
  sign(entity: Buffer, at: Date): Promise<Buffer>;
}

const KEY = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};

/** Makes an authority and a provider of certified mail with keys of their own, which nobody else knows or trusts. */
export async function makePecSigner(domain: string, address: string): Promise<PecSigner> {
  const authorityKeys = await webcrypto.subtle.generateKey(KEY, false, ['sign', 'verify']);
  const keys = await webcrypto.subtle.generateKey(KEY, false, ['sign', 'verify']);
  const authority = await certify({ name: 'Autorita di esempio', serial: 1, keys: authorityKeys });
  const issuer = { certificate: authority, keys: authorityKeys };
  const provider = await certify({ name: `Gestore ${domain}`, serial: 2, keys, address, issuer });
  const der = Buffer.from(authority.toSchema(true).toBER(false)).toString('base64');
  return {
    rootPem: `-----BEGIN CERTIFICATE-----\n${der.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    sign: async (entity, at) => {
      const digest = createHash('sha256').update(entity).digest();
      const attributes = [
        new Attribute({ type: CONTENT_TYPE, values: [new ObjectIdentifier({ value: ContentInfo.DATA })] }),
        new Attribute({ type: SIGNING_TIME, values: [new UTCTime({ valueDate: at })] }),
        new Attribute({ type: MESSAGE_DIGEST, values: [new OctetString({ valueHex: new Uint8Array(digest).buffer })] }),
      ];
      const sid = new IssuerAndSerialNumber({ issuer: provider.issuer, serialNumber: provider.serialNumber });
      const signedAttrs = new SignedAndUnsignedAttributes({ type: 0, attributes });
      const signed = new SignedData({
        version: 1,
        encapContentInfo: new EncapsulatedContentInfo({ eContentType: ContentInfo.DATA }),
        signerInfos: [new SignerInfo({ version: 1, sid, signedAttrs })],
        certificates: [provider],
      });
      await signed.sign(keys.privateKey, 0, 'SHA-256');
      const content = new ContentInfo({ contentType: ContentInfo.SIGNED_DATA, content: signed.toSchema(true) });
      return Buffer.from(content.toSchema().toBER(false));
    },
  };
}

const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_TIME = '1.2.840.113549.1.9.5';
const COMMON_NAME = '2.5.4.3';
const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';

type Keys = webcrypto.CryptoKeyPair;

/** A certificate for many years: the demonstration's clock may run ahead. Without `issuer` it is an authority that signs itself. */
async function certify(facts: {
  name: string;
  serial: number;
  keys: Keys;
  address?: string;
  issuer?: { certificate: Certificate; keys: Keys };
}): Promise<Certificate> {
  const certificate = new Certificate();
  certificate.version = 2; // counted from 0
  certificate.serialNumber = new Integer({ value: facts.serial });
  certificate.subject.typesAndValues.push(
    new AttributeTypeAndValue({ type: COMMON_NAME, value: new Utf8String({ value: facts.name }) }),
  );
  certificate.issuer = facts.issuer?.certificate.subject ?? certificate.subject;
  certificate.notBefore.value = new Date('2020-01-01T00:00:00Z');
  certificate.notAfter.value = new Date('2049-01-01T00:00:00Z');
  const usage = facts.issuer ? { bits: 0xc0, unused: 6 } : { bits: 0x06, unused: 1 }; // signatures; certificates and lists
  const extension = (extnID: string, critical: boolean, value: { toBER(sizeOnly: boolean): ArrayBuffer }) =>
    new Extension({ extnID, critical, extnValue: value.toBER(false) });
  certificate.extensions = [
    extension('2.5.29.19', true, new BasicConstraints({ cA: !facts.issuer }).toSchema()),
    extension(
      '2.5.29.15',
      true,
      new BitString({ valueHex: new Uint8Array([usage.bits]).buffer, unusedBits: usage.unused }),
    ),
  ];
  if (facts.address) {
    const names = new GeneralNames({ names: [new GeneralName({ type: 1, value: facts.address })] });
    certificate.extensions.push(extension('2.5.29.17', false, names.toSchema()));
    certificate.extensions.push(
      extension('2.5.29.37', false, new ExtKeyUsage({ keyPurposes: [EMAIL_PROTECTION] }).toSchema()),
    );
  }
  await certificate.subjectPublicKeyInfo.importKey(facts.keys.publicKey);
  await certificate.sign((facts.issuer?.keys ?? facts.keys).privateKey, 'SHA-256');
  return certificate;
}
