const UNKNOWN_AUTHORITY = 'its certificate is from an authority that is not trusted here';

/** What OpenSSL and Node name by a code, in words for staff. */
const PROBLEMS = new Map([
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_AUTHORITY],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_AUTHORITY],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNKNOWN_AUTHORITY],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS on this port'],
]);

/** Why an encrypted connection was not made, with the code to look for; null when the error is about something else. */
export function tlsProblem(code: string | undefined): string | null {
  const words = code === undefined ? undefined : PROBLEMS.get(code);
  return words ? `${words} (${code})` : null;
}
