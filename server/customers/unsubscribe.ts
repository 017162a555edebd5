import { Failure } from '../platform/errors.ts';
import type { Vault } from '../platform/secrets.ts';

const PURPOSE = 'unsubscribe ';

/** What ends the mails to a contact point, for `/u/TOKEN`: sealed with the installation's key, so it is kept nowhere and can't be made by others. */
export const unsubscribeToken = (vault: Vault, contactPointId: string): string =>
  vault.seal(`${PURPOSE}${contactPointId}`);

/** The contact point of a token; throws `not-found` when it is not one of ours. */
export function readUnsubscribeToken(vault: Vault, token: string): string {
  const refusal = new Failure({
    code: 'not-found',
    kind: 'not-found',
    detail: 'This link is not complete, or not ours.',
    help: 'Open the link in the mail again, or answer the mail with STOP.',
  });
  // The shape first: the vault also reads values named as env:NAME.
  if (!/^v1\.[A-Za-z0-9_-]{60,180}$/.test(token)) throw refusal;
  let plain: string;
  try {
    plain = vault.open(token);
  } catch {
    throw refusal;
  }
  const id = plain.startsWith(PURPOSE) ? plain.slice(PURPOSE.length) : '';
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw refusal;
  return id;
}
