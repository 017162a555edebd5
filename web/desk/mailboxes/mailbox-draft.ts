import type { ChangeMailbox, Mailbox, NewMailbox } from '../../../contract/intake.ts';

/** What the form of a mailbox holds; empty texts stand for nothing. */
export interface MailboxDraft {
  kind: NewMailbox['kind'];
  name: string;
  address: string;
  host: string;
  port: number;
  secure: boolean;
  user: string;
  password: string;
  folder: string;
  routeId: string | null;
  teamId: string | null;
  authservId: string;
  trustedRoots: string;
  markSeen: boolean;
  enabled: boolean;
}

/** IMAP over TLS from the start, and with STARTTLS (RFC 8314, RFC 3501). */
export const PORTS = { secure: 993, starttls: 143 } as const;

/** The form of a new mailbox, or of one that exists (its password is never read back). */
export function draftOf(mailbox: Mailbox | null): MailboxDraft {
  if (!mailbox)
    return {
      kind: 'email',
      name: '',
      address: '',
      host: '',
      port: PORTS.secure,
      secure: true,
      user: '',
      password: '',
      folder: 'INBOX',
      routeId: null,
      teamId: null,
      authservId: '',
      trustedRoots: '',
      markSeen: false,
      enabled: true,
    };
  const { config } = mailbox;
  return {
    kind: mailbox.kind,
    name: mailbox.name,
    address: mailbox.address,
    host: config.host,
    port: config.port,
    secure: config.secure,
    user: config.user,
    password: '',
    folder: config.folder,
    routeId: mailbox.routeId,
    teamId: mailbox.teamId,
    authservId: config.authservId ?? '',
    trustedRoots: config.trustedRoots ?? '',
    markSeen: config.markSeen,
    enabled: mailbox.enabled,
  };
}

/** Encryption changed: the usual port follows, unless another one was typed. */
export const withSecurity = (draft: MailboxDraft, secure: boolean): MailboxDraft => ({
  ...draft,
  secure,
  port:
    draft.port === PORTS.secure || draft.port === PORTS.starttls ? PORTS[secure ? 'secure' : 'starttls'] : draft.port,
});

/** Another server, account or folder is read from its beginning. */
export const isElsewhere = (draft: MailboxDraft, before: Mailbox): boolean =>
  draft.host.trim() !== before.config.host ||
  draft.user.trim() !== before.config.user ||
  draft.folder.trim() !== before.config.folder;

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** What is sent to change a mailbox. A password left empty stays as it was; a scanner is never answered, so it has no way out. */
export const changeOf = (draft: MailboxDraft): Required<Omit<ChangeMailbox, 'password'>> & { password?: string } => ({
  name: draft.name.trim(),
  address: draft.address.trim(),
  config: {
    host: draft.host.trim(),
    port: draft.port,
    secure: draft.secure,
    user: draft.user.trim(),
    folder: draft.folder.trim(),
    authservId: orNull(draft.authservId),
    trustedRoots: draft.kind === 'pec' ? orNull(draft.trustedRoots) : null,
    markSeen: draft.markSeen,
  },
  routeId: draft.kind === 'letter' ? null : draft.routeId,
  teamId: draft.teamId,
  enabled: draft.enabled,
  ...(draft.password === '' ? {} : { password: draft.password }),
});
