import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Failure, invalid } from './errors.ts';

/** 32 bytes, base64url: for links, hook tokens, invitations. Only its hash is stored. */
export const newToken = (bytes = 32): string => randomBytes(bytes).toString('base64url');

/** What is checked is stored hashed: tokens have full entropy, so a plain SHA-256 is enough. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Only variables whose names begin so may be named as secrets: who may edit a route must not read the rest of the server's environment (the key, the
 * database's password) by sending it to a host of their own.
 */
export const SECRET_PREFIX = 'FILODIRETTO_SECRET_';
const REFERENCE = 'env:';

/** Whether a secret is the name of a variable (`env:NAME`) and not the secret itself. Throws `secret-name` when that variable may not be named. */
export function isSecretReference(secret: string): boolean {
  if (!secret.startsWith(REFERENCE)) return false;
  if (!new RegExp(`^${SECRET_PREFIX}[A-Z0-9_]{1,80}$`).test(secret.slice(REFERENCE.length))) {
    throw invalid(
      'secret-name',
      `A variable of the environment that holds a secret must have a name that begins with ${SECRET_PREFIX}.`,
      `Name it in capitals, such as ${SECRET_PREFIX}SMSC, set it where the server starts, and write env:${SECRET_PREFIX}SMSC here.`,
    );
  }
  return true;
}

/** Seals what must be presented to others (a password of an SMSC): AES-256-GCM with the installation's key. */
export interface Vault {
  seal(plain: string): string;
  open(sealed: string): string;
  /** The same for the same text and installation, and of no use to whoever lacks the key: HMAC-SHA-256 under a key of its own, base64url. */
  fingerprint(plain: string): string;
}

export function createVault(key: Buffer): Vault {
  if (key.length !== 32) throw new Error('a vault key has 32 bytes');
  const ownKey = createHmac('sha256', key).update('filodiretto fingerprint').digest();
  return {
    fingerprint: (plain) => createHmac('sha256', ownKey).update(plain, 'utf8').digest('base64url'),
    seal(plain) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v1.${Buffer.concat([iv, cipher.getAuthTag(), data]).toString('base64url')}`;
    },
    /** A value `env:FILODIRETTO_SECRET_…` is read from the environment instead: the secret is then in neither database nor backup. */
    open(sealed) {
      if (isSecretReference(sealed)) {
        const name = sealed.slice(REFERENCE.length);
        const value = process.env[name];
        if (value === undefined) {
          throw new Failure({
            code: 'secret-missing',
            kind: 'environment',
            detail: `The environment has no ${name}.`,
            help: 'Set it, or enter the secret in the settings.',
          });
        }
        return value;
      }
      const bytes = Buffer.from(sealed.slice(3), 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
        decipher.setAuthTag(bytes.subarray(12, 28));
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
      } catch {
        throw new Failure({
          code: 'wrong-key',
          kind: 'environment',
          detail: 'A stored secret was sealed with another key.',
          help: 'Start with the FILODIRETTO_KEY that it was sealed with, or enter the secret again.',
        });
      }
    },
  };
}
