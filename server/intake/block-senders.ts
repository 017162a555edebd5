import { normaliseMail, normalisePhone } from '../customers/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { deleteBlocked, insertBlocked } from './sender-store.ts';

/** Nothing from an address or from a domain (`@example.org`) makes a case any more. Throws `sender-address`. */
export async function blockSender(tx: Tx, platform: Platform, actor: Actor, given: string): Promise<string> {
  const address = await stored(tx, given);
  await insertBlocked(tx, address, platform.clock.business(), actor);
  // The address is personal: whom it was stays in the table.
  await recordEvents(tx, platform.clock, actor, [
    { kind: 'sender.blocked', subjectKind: 'sender', subjectId: address.startsWith('@') ? 'domain' : 'address' },
  ]);
  return address;
}

/** Throws `not-found`. */
export async function unblockSender(tx: Tx, platform: Platform, actor: Actor, given: string): Promise<void> {
  const address = await stored(tx, given);
  if (!(await deleteBlocked(tx, address))) throw notFound('This blocked sender');
  await recordEvents(tx, platform.clock, actor, [
    { kind: 'sender.unblocked', subjectKind: 'sender', subjectId: address.startsWith('@') ? 'domain' : 'address' },
  ]);
}

async function stored(tx: Tx, given: string): Promise<string> {
  const { operator } = await readSettings(tx);
  const text = given.trim();
  const domain = text.startsWith('@') ? normaliseMail(`any${text}`) : null;
  const address = domain ? domain.slice(3) : (normaliseMail(text) ?? normalisePhone(text, operator.country));
  if (address === null)
    throw invalid('sender-address', 'This is no sender.', 'Write an address, a number, or a domain as @example.org.');
  return address;
}
