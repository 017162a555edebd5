import type { AutomaticReason } from './mail.ts';

/** Headers of a mail by their names in lower case, each with its values in the order of the mail, unfolded. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

/** Senders that nobody reads: by convention (RFC 2142, RFC 3834 section 2) and by what mail systems use. */
const MACHINES =
  /^(mailer-?daemon|postmaster|no[-_.]?reply|do[-_.]?not[-_.]?reply|non[-_.]?rispondere|noreply[-+_.].*|bounces?([-+_.].*)?|auto-?reply|autorisponditore|mailerdaemon|listserv|majordomo|mdaemon|double-bounce|abuse-noreply)$/i;

/** Names of headers by which older machines say that they answer by themselves. */
const ANSWERED_BY_MACHINE = [
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-auto-reply',
  'x-mail-autoreply',
  'x-vacation',
];
const LISTS = ['list-id', 'list-post', 'list-help', 'list-unsubscribe', 'list-owner', 'x-mailing-list', 'mailing-list'];

/** Subjects of out-of-office answers of mail systems that say so nowhere else. */
const OUT_OF_OFFICE =
  /^\s*(automatic reply|auto(matic)?[- ]?reply|autoreply|out of (the )?office|risposta automatica|fuori (sede|ufficio)|automatische antwort|abwesenheitsnotiz|réponse automatique|respuesta automática|resposta automática|automatisch antwoord)\b/i;

/**
 * Why a mail must be taken as written by a machine (RFC 3834), or null. The first that applies is said.
 * `sender` is the address in From, `report` whether it reports about a mail.
 */
export function automaticReason(
  headers: HeaderValues,
  sender: string | null,
  subject: string,
  report: 'delivery' | 'read' | null,
): AutomaticReason | null {
  const first = (name: string): string => headers.get(name)?.[0]?.trim() ?? '';
  if (report === 'delivery') return 'delivery report';
  if (report === 'read') return 'read receipt';
  const submitted = first('auto-submitted').toLowerCase();
  if (submitted && !/^no\b/.test(submitted)) return 'auto-submitted';
  if (headers.has('return-path') && /^(<\s*>|)$/.test(first('return-path'))) return 'empty return path';
  if (ANSWERED_BY_MACHINE.some((name) => headers.has(name)) || OUT_OF_OFFICE.test(subject)) return 'auto-reply header';
  const precedence = first('precedence').toLowerCase();
  if (/^(bulk|junk|list|auto_reply)\b/.test(precedence))
    return precedence.startsWith('list') ? 'mailing list' : 'precedence';
  if (LISTS.some((name) => headers.has(name))) return 'mailing list';
  if (/\b(all|oof|autoreply)\b/i.test(first('x-auto-response-suppress'))) return 'suppresses answers';
  const local = sender?.slice(0, sender.lastIndexOf('@')) ?? '';
  if (MACHINES.test(local)) return 'sender is a machine';
  return null;
}
