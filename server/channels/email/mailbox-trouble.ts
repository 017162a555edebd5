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
  if (error instanceof NotStored) return 'a mail could not be stored; it will be read again';
  if (error.authenticationFailed) return 'the mail server refuses user or password';
  if (error instanceof NoFolder) return 'the mailbox has no such folder, or it may not be opened';
  const untrusted = tlsProblem(error.code);
  if (untrusted) return `the mail server can't be trusted: ${untrusted}`;
  if (/TIMEOUT|^ETIME/i.test(error.code ?? '')) return 'the mail server does not answer';
  if (error.code === 'ECONNREFUSED' || error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return `the mail server can't be reached: ${error.code}`;
  if (error.responseStatus) return `the mail server refuses a command: ${error.responseStatus}`;
  return `the connection to the mail server was lost${error.code ? `: ${error.code}` : ''}`;
}
