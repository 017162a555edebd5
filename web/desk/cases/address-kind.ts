/** What an address is that somebody gave on the telephone: a mail address, or a telephone number that can get SMS; null: neither. */
export function addressKind(text: string): 'email' | 'sms' | null {
  const trimmed = text.trim();
  if (/^[^\s@]+@[^\s@]+\.[^\s@]{2,}$/.test(trimmed)) return 'email';
  return /^\+?\d(?:[\s./-]?\d){5,14}$/.test(trimmed) ? 'sms' : null;
}
