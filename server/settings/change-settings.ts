import { DEEDS, mayDo } from '../../contract/deeds.ts';
import type { ChangeSettings, Settings } from '../../contract/settings.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { Failure } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { knowsHolidaysOf } from '../promises/index.ts';
import { deedsNeeded, findNonsense } from './rules.ts';
import { lockSettings, readSettings, writeSettings } from './store.ts';

/** Which of these ids are not those of active members of staff. */
export type UnknownStaff = (tx: Tx, ids: readonly string[]) => Promise<string[]>;

/**
 * Changes some groups of settings as a whole. The event names the groups and what telling was and is: that switch is looked for
 * later. Of staff it needs the deeds that `deedsNeeded` names. Throws `not-allowed`, `settings-nonsense`.
 */
export async function changeSettings(
  platform: Platform,
  actor: Actor,
  change: ChangeSettings,
  { unknownStaff = async () => [] }: { unknownStaff?: UnknownStaff } = {},
): Promise<Settings> {
  return await platform.database.transaction(async (tx) => {
    await lockSettings(tx);
    const before = await readSettings(tx);
    requireDeeds(actor, before, change);
    const wanted: Settings = { ...before, ...change };
    const nonsense = findNonsense(
      wanted,
      await unknownStaff(
        tx,
        [...wanted.ladder, ...wanted.careLadder].flatMap(({ staffIds }) => staffIds),
      ),
      knowsHolidaysOf,
    );
    const mine = nonsense.filter(({ setting }) => Object.keys(change).some((group) => setting.startsWith(group)));
    if (mine.length > 0) {
      throw new Failure({
        code: 'settings-nonsense',
        kind: 'invalid',
        detail: mine.map(({ setting, wrong }) => `${setting}: ${wrong}.`).join(' '),
        help: mine.map(({ setting, right }) => `${setting} should be: ${right}.`).join(' '),
        facts: { problems: mine },
      });
    }
    await writeSettings(tx, change, platform.clock.system(), actor);
    const data: Record<string, unknown> = { groups: Object.keys(change) };
    if (change.telling)
      data.telling = {
        on: [before.telling.on, change.telling.on],
        paused: [before.telling.paused, change.telling.paused],
      };
    await recordEvents(tx, platform.clock, actor, [
      { kind: 'settings.changed', subjectKind: 'settings', subjectId: 'settings', data },
    ]);
    return await readSettings(tx);
  });
}

function requireDeeds(actor: Actor, before: Settings, change: ChangeSettings): void {
  if (actor.kind !== 'staff') return;
  for (const deed of deedsNeeded(before, change)) {
    if (mayDo(actor.roles, deed)) continue;
    throw new Failure({
      code: 'not-allowed',
      kind: 'forbidden',
      detail: `Your roles don't allow "${deed}".`,
      help: `Ask somebody with one of these roles: ${DEEDS[deed].join(', ')}.`,
    });
  }
}
