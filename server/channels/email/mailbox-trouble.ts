import { REASONS } from '../../../contract/reasons.ts';
import { tlsProblem } from '../tls.ts';

/** The mail could not be stored above: the server is not at fault. */
export class NotStored extends Error {}

export class NoFolder extends Error {}

interface ImapError extends Error {
  code?: string;
  authenticationFailed?: boolean;
  responseStatus?: string;
}

/** Whether the server answered NO to a command. */
export const refused = (error: unknown): boolean => (error as ImapError).responseStatus === 'NO';

/** For staff. The words of the server are left out: they often repeat names. */
export function reasonOf(given: unknown): string {
  const error = given as ImapError;
  if (error instanceof NotStored) return REASONS.say('mailbox-not-stored');
  if (error.authenticationFailed) return REASONS.say('mailbox-login');
  if (error instanceof NoFolder) return REASONS.say('mailbox-folder');
  const untrusted = tlsProblem(error.code);
  if (untrusted) return REASONS.say('mailbox-untrusted', { why: untrusted });
  if (/TIMEOUT|^ETIME/i.test(error.code ?? '')) return REASONS.say('mailbox-silent');
  if (error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return REASONS.say('mailbox-unreachable', { why: error.code });
  if (error.responseStatus) return REASONS.say('mailbox-command', { status: error.responseStatus });
  return error.code ? REASONS.say('mailbox-lost-why', { why: error.code }) : REASONS.say('mailbox-lost');
}
