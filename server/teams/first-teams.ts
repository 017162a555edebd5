import type { Actor } from '../platform/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import { readSettings } from '../settings/index.ts';
import { insertTeam, lockTeams, standingTeams } from './store.ts';

const FIRST_START: Actor = { kind: 'rule', name: 'first teams' };
const NAMES = {
  it: { care: 'Assistenza clienti', technical: 'Assistenza tecnica' },
  en: { care: 'Customer care', technical: 'Technical support' },
};

/** Where there is no team yet, one for care and one for the technical side: nothing may be handed to nobody. Returns how many were made. */
export async function makeFirstTeams(tx: Tx, clock: Clock): Promise<number> {
  if ((await standingTeams(tx)).length > 0) return 0;
  await lockTeams(tx);
  if ((await standingTeams(tx)).length > 0) return 0;
  const { operator } = await readSettings(tx);
  for (const kind of ['care', 'technical'] as const) {
    const team = await insertTeam(
      tx,
      { kind, name: NAMES[operator.defaultLanguage][kind], acceptMinutes: 30 },
      clock.business(),
    );
    await recordEvents(tx, clock, FIRST_START, [
      { kind: 'team.made', subjectKind: 'team', subjectId: team.id, data: { kind } },
    ]);
  }
  return 2;
}
