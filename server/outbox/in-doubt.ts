import type { InDoubt, SettleInDoubt } from '../../contract/incidents.ts';
import { REASONS } from '../../contract/reasons.ts';
import type { Actor } from '../platform/actor.ts';
import type { Db } from '../platform/database/database.ts';
import { notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { type Doubt, lockDoubt, readDoubts, takeOldDoubts } from './doubt-store.ts';
import type { OnOutcomes, Outcome } from './outbox.ts';
import { maskAddress } from './rules.ts';
import { deleteRows, queueAgain } from './store.ts';

const MOST_SHOWN = 500;
const CHUNK = 500;

/** What a message was about, by the id of its outbox row; wired in flow.ts, since the outbox knows no subjects. */
export type SubjectsOf = (db: Db, ids: readonly string[]) => Promise<Map<string, NonNullable<InDoubt['subject']>>>;

/** What may or may not have arrived, oldest first, at most 500; addresses masked. */
export async function listInDoubt(platform: Platform, subjectsOf?: SubjectsOf): Promise<InDoubt[]> {
  const { db } = platform.database;
  const { inDoubt } = await readSettings(db);
  const rows = await readDoubts(db, MOST_SHOWN);
  const ids = rows.map((row) => row.id);
  const subjects = subjectsOf && ids.length > 0 ? await subjectsOf(db, ids) : new Map();
  return rows.map((row) => ({
    id: row.id,
    channel: row.channel,
    to: maskAddress(row.address),
    subject: subjects.get(row.id) ?? null,
    kind: row.kind,
    since: row.since.toISOString(),
    endsAt: new Date(row.since.getTime() + inDoubt.hours * 3_600_000).toISOString(),
    why: row.trouble ?? REASONS.say('no-answer'),
  }));
}

/** A person decides about one message in doubt. Throws `not-found` when it is no longer in doubt. */
export async function settleInDoubt(
  platform: Platform,
  onOutcomes: OnOutcomes,
  actor: Actor,
  id: string,
  { settle }: SettleInDoubt,
): Promise<void> {
  await platform.database.transaction(async (tx) => {
    const row = await lockDoubt(tx, id);
    if (!row) throw notFound('This message in doubt');
    const now = platform.clock.business();
    if (settle === 'send-again') {
      await queueAgain(tx, [{ id, notBefore: now, reason: REASONS.say('sent-again'), tried: false }]);
    } else {
      await deleteRows(tx, [id]);
      const outcome = settle === 'arrived' ? 'delivered' : 'failed';
      await onOutcomes(tx, [ending(row, outcome, REASONS.say(`person-${settle}`), now)]);
    }
    await recordEvents(tx, platform.clock, actor, [
      { kind: 'outbox.settled', subjectKind: 'message', subjectId: id, data: { settle, channel: row.channel } },
    ]);
  });
}

/** What was in doubt for longer than the settings allow ends as they say: counted as sent, or sent once more. Returns how many. */
export async function endDoubtsByTime(platform: Platform, onOutcomes: OnOutcomes): Promise<number> {
  return await platform.database.transaction(async (tx) => {
    const { inDoubt } = await readSettings(tx);
    const now = platform.clock.business();
    const before = new Date(now.getTime() - inDoubt.hours * 3_600_000);
    const rows = await takeOldDoubts(tx, before, CHUNK);
    if (rows.length === 0) return 0;
    const reason = REASONS.say('no-word', { hours: inDoubt.hours });
    if (inDoubt.afterwards === 'again') {
      await queueAgain(
        tx,
        rows.map((row) => ({ id: row.id, notBefore: now, reason, tried: true })),
      );
    } else {
      await deleteRows(
        tx,
        rows.map((row) => row.id),
      );
      await onOutcomes(
        tx,
        rows.map((row) => ending(row, 'sent', REASONS.say('counted-as-sent', { why: reason }), now)),
      );
    }
    await recordEvents(tx, platform.clock, { kind: 'rule', name: 'in-doubt' }, [
      {
        kind: 'outbox.doubts-ended',
        subjectKind: 'outbox',
        subjectId: 'outbox',
        data: { count: rows.length, as: inDoubt.afterwards },
      },
    ]);
    return rows.length;
  });
}

const ending = (row: Doubt, outcome: Outcome['outcome'], reason: string, at: Date): Outcome => ({
  id: row.id,
  kind: row.kind,
  noticeMadeAt: row.noticeMadeAt,
  outcome,
  reason,
  at,
});
