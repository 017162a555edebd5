import type { ChangeSettings, Settings } from '../../contract/settings.ts';
import type { Actor } from '../platform/actor.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings, writeSettings } from './store.ts';

/** Changes some groups of settings as a whole. The event names the groups and what telling was and is: that switch is looked for later. */
export async function changeSettings(platform: Platform, actor: Actor, change: ChangeSettings): Promise<Settings> {
  return await platform.database.transaction(async (tx) => {
    const before = await readSettings(tx);
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
