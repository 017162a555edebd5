import { webcrypto } from 'node:crypto';
import { Integer, Utf8String } from 'asn1js';
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  CryptoEngine,
  Extension,
  GeneralName,
  GeneralNames,
} from 'pkijs';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const engine = new CryptoEngine({ name: 'node', crypto: webcrypto });
const DAY = 24 * 3_600_000;

/** A certificate and its key, in PEM, as a TLS server takes them. */
export interface Identity {
  cert: string;
  key: string;
}

/** An authority of one's own: what trusts `authority` (PEM) trusts what it issues. */
export interface Authority {
  authority: string;
  /** A certificate for one DNS name; `expired`: it was good until yesterday. */
  issue: (name: string, options?: { expired?: boolean }) => Promise<Identity>;
}

const pem = (label: string, bytes: ArrayBuffer): string =>
  `-----BEGIN ${label}-----\n${(
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END ${label}-----\n`;

const commonName = (name: string): AttributeTypeAndValue =>
  new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: name }) });

/** Makes one, with a new key, in some milliseconds. */
export async function makeAuthority(): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  let serial = 0;
  const certify = async (
    name: string,
    publicKey: webcrypto.CryptoKey,
    until: Date,
    extensions: Extension[],
  ): Promise<string> => {
    const certificate = new Certificate();
    certificate.version = 2; // X.509 v3
    certificate.serialNumber = new Integer({ value: ++serial });
    certificate.issuer.typesAndValues.push(commonName('Test authority'));
    certificate.subject.typesAndValues.push(commonName(name));
    certificate.notBefore.value = new Date(Date.now() - 30 * DAY);
    certificate.notAfter.value = until;
    certificate.extensions = extensions;
    await certificate.subjectPublicKeyInfo.importKey(publicKey, engine);
    await certificate.sign(keys.privateKey, 'SHA-256', engine);
    return pem('CERTIFICATE', certificate.toSchema(true).toBER());
  };
  const constraints = new BasicConstraints({ cA: true });
  return {
    authority: await certify('Test authority', keys.publicKey, new Date(Date.now() + DAY), [
      new Extension({ extnID: '2.5.29.19', critical: true, extnValue: constraints.toSchema().toBER() }),
    ]),
    issue: async (name, { expired = false } = {}) => {
      const own = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const names = new GeneralNames({ names: [new GeneralName({ type: 2, value: name })] });
      return {
        cert: await certify(name, own.publicKey, new Date(Date.now() + (expired ? -DAY : DAY)), [
          new Extension({ extnID: '2.5.29.17', extnValue: names.toSchema().toBER() }),
        ]),
        key: pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', own.privateKey)),
      };
    },
  };
}
