import type { Actor } from '../platform/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import type { NewPromise, PromiseKind, PromiseRecord } from './promise.ts';
import { isInTime, isOver } from './rules.ts';
import { insertPromise, openPromises, reopenKeptBy, settlePromises } from './store.ts';

const said = (promise: NewPromise | PromiseRecord): Record<string, unknown> => ({
  kind: promise.kind,
  dueAt: promise.dueAt.toISOString(),
});

/**
 * Makes a promise and supersedes the open ones of the kinds in `replaces` about the same subject (default: its own kind).
 * Superseding is for promises that have not fallen due: one that has is broken by `settleDuePromises`, and is left to it here. With none to replace, none is looked for.
 */
export async function makePromise(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  promise: NewPromise,
  replaces: readonly PromiseKind[] = [promise.kind],
): Promise<PromiseRecord> {
  const now = clock.business();
  const former =
    replaces.length === 0
      ? []
      : (await openPromises(tx, promise.subjectId)).filter((open) => replaces.includes(open.kind));
  // The state leaves 'open' before the new one comes: there is one open promise of a kind about a subject.
  for (const open of former)
    await settlePromises(
      tx,
      [open.id],
      isOver(open, now) ? 'broken' : 'superseded',
      now,
      isOver(open, now) ? 'the time had passed' : 'a newer promise',
    );
  const made = await insertPromise(tx, promise, now);
  for (const open of former) {
    await recordEvents(tx, clock, actor, [
      {
        kind: isOver(open, now) ? 'promise.broken' : 'promise.superseded',
        subjectKind: promise.subjectKind,
        subjectId: promise.subjectId,
        data: { promise: open.id, ...said(open), by: made.id },
      },
    ]);
  }
  await recordEvents(tx, clock, actor, [
    {
      kind: 'promise.made',
      subjectKind: promise.subjectKind,
      subjectId: promise.subjectId,
      data: { promise: made.id, promisee: promise.promisee.kind, ...said(promise) },
    },
  ]);
  return made;
}

/** Settles the open promises of some kinds about a subject: kept where the fact is dated before the due time, broken where it came after it; or withdrawn. Returns the ids of those kept. */
export async function settleOpenPromises(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  subject: { kind: string; id: string },
  how: { as: 'kept'; factAt: Date; because: string } | { as: 'withdrawn'; because: string },
  kinds?: readonly PromiseKind[],
): Promise<string[]> {
  const now = clock.business();
  const settled: string[] = [];
  for (const open of await openPromises(tx, subject.id)) {
    if (kinds && !kinds.includes(open.kind)) continue;
    const state = how.as === 'withdrawn' ? 'withdrawn' : isInTime(open, how.factAt) ? 'kept' : 'broken';
    await settlePromises(tx, [open.id], state, now, how.because);
    if (state === 'kept') settled.push(open.id);
    await recordEvents(tx, clock, actor, [
      {
        kind: `promise.${state}`,
        subjectKind: subject.kind,
        subjectId: subject.id,
        data: { promise: open.id, ...said(open), because: how.because },
      },
    ]);
  }
  return settled;
}

/**
 * A message that promised, or kept a promise (`noteMessageOf`), was taken back before anybody heard it: what it promised is withdrawn, what it kept is open
 * again.
 */
export async function takeBackPromises(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  subject: { kind: string; id: string },
  messageId: string,
): Promise<void> {
  const because = 'taken back';
  const made = (await openPromises(tx, subject.id)).filter(({ saidIn }) => saidIn === messageId);
  await settlePromises(
    tx,
    made.map(({ id }) => id),
    'withdrawn',
    clock.business(),
    because,
  );
  const reopened = await reopenKeptBy(tx, subject.id, messageId);
  const event = (kind: string, promise: PromiseRecord) => ({
    kind,
    subjectKind: subject.kind,
    subjectId: subject.id,
    data: { promise: promise.id, ...said(promise), because },
  });
  await recordEvents(tx, clock, actor, [
    ...made.map((promise) => event('promise.withdrawn', promise)),
    ...reopened.map((promise) => event('promise.reopened', promise)),
  ]);
}
