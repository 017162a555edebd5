import { REASONS } from '../../contract/reasons.ts';

/** What OpenSSL and Node name by a code, as reasons for staff. */
const PROBLEMS = new Map<string, `tls-${'authority' | 'name' | 'expired' | 'early' | 'none'}`>([
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-authority'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'tls-authority'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls-authority'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls-authority'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls-authority'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-name'],
  ['CERT_HAS_EXPIRED', 'tls-expired'],
  ['CERT_NOT_YET_VALID', 'tls-early'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls-none'],
]);

/** Why an encrypted connection was not made, with the code to look for; null when the error is about something else. */
export function tlsProblem(code: string | undefined): string | null {
  const problem = code === undefined ? undefined : PROBLEMS.get(code);
  return code !== undefined && problem ? REASONS.say(problem, { code }) : null;
}
