import type { AuthenticationResult, MailAuthentication } from './mail.ts';

const RESULTS: readonly string[] = ['none', 'pass', 'fail', 'softfail', 'policy', 'neutral', 'temperror', 'permerror'];
const NOTHING: MailAuthentication = { spf: null, dkim: null, dmarc: null };

/**
 * What the receiving server says of the sender (RFC 8601). Only the topmost header counts, and only when it is of the configured
 * server: whatever stands further down may have been written by the sender. `values` are those of Authentication-Results in the
 * order of the mail.
 */
export function readAuthentication(values: readonly string[], authservId: string | null): MailAuthentication {
  const top = values[0];
  if (!authservId || top === undefined || top.length > 20_000) return NOTHING;
  const [identity = '', ...statements] = withoutComments(top).split(';');
  if ((identity.trim().split(/\s+/)[0] ?? '').toLowerCase() !== authservId.trim().toLowerCase()) return NOTHING;
  const said: Record<'spf' | 'dkim' | 'dmarc', AuthenticationResult | null> = { ...NOTHING };
  for (const statement of statements) {
    const match = /^\s*(spf|dkim|dmarc)(?:\s*\/\s*\d+)?\s*=\s*([a-z]+)\b/i.exec(statement);
    const method = match?.[1]?.toLowerCase() as 'spf' | 'dkim' | 'dmarc' | undefined;
    const result = match?.[2]?.toLowerCase() ?? '';
    if (!method || !isResult(result)) continue;
    // Several signatures: one that passes is enough.
    if (said[method] === null || result === 'pass') said[method] = result;
  }
  return said;
}

const isResult = (text: string): text is AuthenticationResult => RESULTS.includes(text);

/** Without what stands in parentheses (which nest) and with the text of quoted strings as it is. */
function withoutComments(text: string): string {
  let depth = 0;
  let quoted = false;
  let kept = '';
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '\\') {
      index++;
      continue;
    }
    if (depth === 0 && character === '"') quoted = !quoted;
    else if (!quoted && character === '(') depth++;
    else if (!quoted && character === ')' && depth > 0) depth--;
    else if (depth === 0) kept += quoted && character === ';' ? ',' : character;
  }
  return kept;
}
