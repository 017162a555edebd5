/** The secret of an `otpauth://` address in groups of four, as one types it into an authenticator app. */
export function totpKey(address: string): string {
  const secret = new URLSearchParams(address.split('?')[1] ?? '').get('secret') ?? '';
  return secret.match(/.{1,4}/g)?.join(' ') ?? '';
}
