import type { ChangeMailbox, Mailbox, MailboxTested, NewMailbox } from '../../contract/intake.ts';
import { REASONS } from '../../contract/reasons.ts';
import { normaliseMail } from '../customers/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict, invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { isSecretReference } from '../platform/secrets.ts';
import type { OpenMailbox } from './mailbox-port.ts';
import {
  endMailboxRow,
  forgetPosition,
  knowsReferences,
  lockMailbox,
  readMailbox,
  readMailboxes,
  restoreMailboxRow,
  type StoredMailbox,
  writeMailbox,
} from './mailbox-store.ts';

/** A test that no server answers ends after so long. */
const TEST_MILLISECONDS = 20_000;

export const listMailboxes = async (platform: Platform): Promise<Mailbox[]> =>
  (await readMailboxes(platform.database.db)).map(present);

/** Makes a mailbox; the process that does channels reads it at once. Throws `mailbox-address`, `mailbox-name-taken`. */
export async function makeMailbox(platform: Platform, actor: Actor, given: NewMailbox): Promise<Mailbox> {
  const { password, ...fields } = given;
  const mailbox: StoredMailbox = {
    ...fields,
    address: checkedAddress(given.address),
    id: newId(),
    sealedPassword: seal(platform, password),
    connectedSince: null,
    uidValidity: null,
    lastUid: 0,
    state: 'unknown',
    stateSince: null,
    stateReason: null,
  };
  await platform.database.transaction((tx) => save(tx, platform, actor, mailbox, 'mailbox.made', []));
  return present(mailbox);
}

/** Changes a mailbox. Another account or folder is read from its beginning, quietly. Throws `not-found`, `mailbox-address`, `mailbox-name-taken`. */
export async function changeMailbox(
  platform: Platform,
  actor: Actor,
  id: string,
  change: ChangeMailbox,
): Promise<Mailbox> {
  return await platform.database.transaction(async (tx) => {
    const before = await lockMailbox(tx, id);
    if (!before) throw notFound('This mailbox');
    const { password, ...fields } = change;
    const mailbox: StoredMailbox = {
      ...before,
      ...fields,
      address: change.address === undefined ? before.address : checkedAddress(change.address),
      sealedPassword: password === undefined ? before.sealedPassword : seal(platform, password),
    };
    const isElsewhere = (['host', 'user', 'folder'] as const).some((key) => mailbox.config[key] !== before.config[key]);
    if (isElsewhere) {
      await forgetPosition(tx, id);
      mailbox.connectedSince = null;
    }
    await save(tx, platform, actor, mailbox, 'mailbox.changed', Object.keys(change));
    return present(mailbox);
  });
}

/** Ends a mailbox: nothing is read from it any more; what came stays. Throws `not-found`. */
export async function endMailbox(platform: Platform, actor: Actor, id: string): Promise<void> {
  await platform.database.transaction(async (tx) => {
    if (!(await lockMailbox(tx, id))) throw notFound('This mailbox');
    await endMailboxRow(tx, id, platform.clock.business());
    await recordEvents(tx, platform.clock, actor, [{ kind: 'mailbox.ended', subjectKind: 'mailbox', subjectId: id }]);
  });
}

/** Takes the end of a mailbox back: it stands as it was, switched off. Throws `not-found` when it has not ended or its name is in use. */
export async function restoreMailbox(platform: Platform, actor: Actor, id: string): Promise<Mailbox> {
  return await platform.database.transaction(async (tx) => {
    const mailbox = await restoreMailboxRow(tx, id);
    if (!mailbox) throw notFound('This ended mailbox');
    await recordEvents(tx, platform.clock, actor, [
      { kind: 'mailbox.restored', subjectKind: 'mailbox', subjectId: id },
    ]);
    return present(mailbox);
  });
}

/** Connects, signs in, opens the folder, and reads nothing. Throws `not-found`. */
export async function testMailbox(platform: Platform, openMailbox: OpenMailbox, id: string): Promise<MailboxTested> {
  const mailbox = await readMailbox(platform.database.db, id);
  if (!mailbox) throw notFound('This mailbox');
  const password = mailbox.sealedPassword ? platform.vault.open(mailbox.sealedPassword) : '';
  let opened: ReturnType<OpenMailbox> | null = null;
  const result = await new Promise<MailboxTested>((resolve) => {
    const timer = setTimeout(
      () => resolve({ works: false, reason: REASONS.say('mailbox-test-silent') }),
      TEST_MILLISECONDS,
    );
    const end = (tested: MailboxTested): void => {
      clearTimeout(timer);
      resolve(tested);
    };
    opened = openMailbox(
      { ...mailbox.config, password },
      {
        // Asked when the folder is open: it works. Nothing further is to happen.
        position: async () => {
          end({ works: true, reason: null });
          throw new Error('only tested');
        },
        received: async () => {
          throw new Error('only tested');
        },
        receivedTogether: async () => {
          throw new Error('only tested');
        },
        moved: async () => {
          throw new Error('only tested');
        },
        up: () => end({ works: true, reason: null }),
        down: (reason) => end({ works: false, reason }),
      },
    );
  });
  await (opened as ReturnType<OpenMailbox> | null)?.stop();
  return result;
}

async function save(
  tx: Tx,
  platform: Platform,
  actor: Actor,
  mailbox: StoredMailbox,
  kind: 'mailbox.made' | 'mailbox.changed',
  fields: string[],
): Promise<void> {
  if (!(await knowsReferences(tx, mailbox)))
    throw invalid(
      'mailbox-refers',
      'The route or the team of the mailbox does not exist, or the route carries something else.',
      'Choose one of their lists: certified mail is answered by a route of kind pec, mail by one of kind smtp.',
    );
  if (!(await writeMailbox(tx, mailbox, platform.clock.business())))
    throw conflict('mailbox-name-taken', `There is already a mailbox named "${mailbox.name}".`, 'Choose another name.');
  await recordEvents(tx, platform.clock, actor, [
    { kind, subjectKind: 'mailbox', subjectId: mailbox.id, data: { fields, enabled: mailbox.enabled } },
  ]);
}

function checkedAddress(given: string): string {
  const address = normaliseMail(given);
  if (address === null)
    throw invalid(
      'mailbox-address',
      'The address of the mailbox is not a mail address.',
      'Write it as care@example.org.',
    );
  return address;
}

/** A reference to the environment is no secret and stays as it is. */
function seal(platform: Platform, password: string | undefined): string | null {
  if (password === undefined || password === '') return null;
  return isSecretReference(password) ? password : platform.vault.seal(password);
}

const present = ({ sealedPassword, uidValidity: _, lastUid: __, ...mailbox }: StoredMailbox): Mailbox => ({
  ...mailbox,
  hasPassword: sealedPassword !== null,
  connectedSince: mailbox.connectedSince?.toISOString() ?? null,
  state: mailbox.enabled ? mailbox.state : 'unknown',
  stateSince: mailbox.stateSince?.toISOString() ?? null,
  stateReason: mailbox.enabled ? mailbox.stateReason : null,
});
