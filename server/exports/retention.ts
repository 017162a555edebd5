import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import {
  eraseCases,
  eraseIdentity,
  forgetOriginals,
  forgetRows,
  takeForgottenCases,
  takeHalfErased,
} from './erase-store.ts';

const RETENTION: Actor = { kind: 'rule', name: 'retention' };
const DAY = 86_400_000;
/** A piece is a transaction of its own; small enough for the embedded engine, which does one thing at a time. */
const CASES_AT_ONCE = 10;
const ROWS_AT_ONCE = 200;
/** What does not fit into one run is left to the next: maintenance must never be the crowd. */
const MOST_PIECES = 500;

/** What one run forgot, by kind. */
export interface Forgotten {
  cases: number;
  originals: number;
  parties: number;
  alarms: number;
  notices: number;
  events: number;
  codes: number;
  links: number;
  imports: number;
}

/**
 * Forgets what is older than settings.retention says, in small pieces; what is gone is recorded as a figure. May run anywhere at any time: of several
 * processes each takes what the others have not.
 */
export async function forgetOld(platform: Platform): Promise<Forgotten> {
  const { retention } = await readSettings(platform.database.db);
  const now = platform.clock.business().getTime();
  const before = (days: number): Date => new Date(now - days * DAY);
  const formalBefore = before(retention.formalCases);
  const forgotten: Forgotten = {
    cases: 0,
    originals: 0,
    parties: 0,
    alarms: 0,
    notices: 0,
    events: 0,
    codes: 0,
    links: 0,
    imports: 0,
  };
  const pieces = async (kind: keyof Forgotten, atOnce: number, piece: (tx: Tx) => Promise<number>): Promise<void> => {
    for (let index = 0; index < MOST_PIECES; index++) {
      const done = await platform.database.transaction(piece);
      forgotten[kind] += done;
      if (done < atOnce) return;
    }
  };

  await pieces('cases', CASES_AT_ONCE, async (tx) => {
    const ids = await takeForgottenCases(
      tx,
      { endedBefore: before(retention.closedCases), formalBefore },
      CASES_AT_ONCE,
    );
    await eraseCases(tx, ids, new Date(now));
    return ids.length;
  });
  await pieces('originals', ROWS_AT_ONCE, (tx) =>
    forgetOriginals(tx, { before: before(retention.rawMessages), formalBefore }, ROWS_AT_ONCE),
  );
  await pieces('parties', CASES_AT_ONCE, async (tx) => {
    const ids = await takeHalfErased(tx, CASES_AT_ONCE);
    for (const id of ids) await eraseIdentity(tx, platform.vault, id, new Date(now));
    return ids.length;
  });
  const system = platform.clock.system().getTime();
  for (const [kind, limit] of [
    ['alarms', before(retention.rawAlarms)],
    ['notices', before(retention.notices)],
    ['codes', new Date(system - DAY)],
    ['links', before(90)],
    ['imports', before(retention.rawMessages)],
    ['events', before(retention.events)],
  ] as const)
    await pieces(kind, ROWS_AT_ONCE, (tx) => forgetRows(tx, kind, limit, ROWS_AT_ONCE));

  if (Object.values(forgotten).some((number) => number > 0))
    await platform.database.transaction((tx) =>
      recordEvents(tx, platform.clock, RETENTION, [
        { kind: 'retention.ran', subjectKind: 'settings', subjectId: 'retention', data: { ...forgotten } },
      ]),
    );
  return forgotten;
}

/** Retention once a day, for the hourly round of maintenance: the first call looks, the others of the same day do nothing. */
export function dailyRetention(platform: Platform): () => Promise<unknown> {
  let last = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = platform.clock.system().getTime();
    if (now - last < DAY - 60_000) return null;
    last = now;
    return await forgetOld(platform);
  };
}
