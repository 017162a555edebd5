import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Settings } from '../../contract/settings.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { newId } from '../platform/ids.ts';
import type { DEFAULT_SETTINGS } from '../settings/index.ts';
import { type Forgotten, forgetOld } from './retention.ts';

const DAY = 86_400_000;
const LONG = 3000;

type Kind = keyof typeof DEFAULT_SETTINGS.retention;

/** What goes when the days of a kind are over. A setting that is not here takes nothing, and nobody would notice. */
const TAKES: Record<Kind, (keyof Forgotten)[]> = {
  rawMessages: ['originals', 'imports'],
  rawAlarms: ['alarms'],
  closedCases: ['cases'],
  formalCases: ['cases'],
  notices: ['notices'],
  events: ['events'],
};

test('every kind that the settings name is tried here', () => {
  expect(Object.keys(TAKES).sort()).toEqual(Object.keys(Settings.properties.retention.properties).sort());
});

describe.each(ENGINES)('retention by kind on %s', (engine) => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
  });
  afterAll(async () => {
    await platform.close();
  });

  const query = (text: string, values: unknown[] = []) => platform.database.pool.query(text, values);

  /** One thing of each kind, all of the same age. */
  const fill = async (days: number) => {
    const at = new Date(platform.clock.business().getTime() - days * DAY);
    const [party, plain, formal, source, notice] = [newId(), newId(), newId(), newId(), newId()];
    await query("INSERT INTO parties (id, name, kind, language) VALUES ($1, 'X', 'consumer', 'it')", [party]);
    for (const [id, number, since] of [
      [plain, '1', null],
      [formal, '2', at],
    ] as const)
      await query(
        "INSERT INTO cases (id, number, party_id, state, topic, language, subject, channel, opened_at, last_heard_at, ended_at, formal_at, triage) VALUES ($1, $2, $3, 'confirmed', 'other', 'it', 'x', 'sms', $4, $4, $4, $5, '{}')",
        [id, number, party, at, since],
      );
    await query(
      "INSERT INTO inbound_messages (id, channel, content_hash, received_at, raw, sender, text, worked_at) VALUES ($1, 'sms', $2, $3, 'x', '+39', 'x', $3)",
      [newId(), newId(), at],
    );
    await query("INSERT INTO alarm_sources (id, name, kind, token_hash, made_at) VALUES ($1, 's', 'alarms', 'x', $2)", [
      source,
      at,
    ]);
    await query('INSERT INTO alarm_deliveries (source_id, received_at, body, worked_at) VALUES ($1, $2, $3, $2)', [
      source,
      at,
      Buffer.from('{}'),
    ]);
    await query(
      "INSERT INTO notices (made_at, id, announcement_id, subject_id, party_id, contact_point_id, channel, language, text_id, state, valid_until) VALUES ($1, $2, $2, $2, $3, $2, 'sms', 'it', $2, 'delivered', $1)",
      [at, notice, party],
    );
    await query(
      "INSERT INTO events (at, recorded_at, kind, subject_kind, subject_id, actor) VALUES ($1, $1, 'case.opened', 'case', $2, '{}')",
      [at, plain],
    );
    await query(
      "INSERT INTO imports (id, kind, file_name, dry_run, state, started_at, finished_at, actor, problems) VALUES ($1, 'customers', 'x', false, 'refused', $2, $2, '{}', '[{}]')",
      [newId(), at],
    );
  };
  const set = (retention: Record<Kind, number>) =>
    query(
      "INSERT INTO settings (key, value, changed_at, changed_by) VALUES ('retention', $1, $2, '{}') ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      [JSON.stringify(retention), platform.clock.business()],
    );
  const taken = (forgotten: Forgotten): string[] =>
    Object.entries(forgotten)
      .filter(([, number]) => number > 0)
      .map(([kind]) => kind)
      .sort();

  test.each(Object.keys(TAKES) as Kind[])(
    'given things of every kind that are ten days old, when only the days of %s are over, then it goes and the rest stays',
    async (kind) => {
      await query(
        'TRUNCATE parties, cases, inbound_messages, alarm_sources, alarm_deliveries, notices, events, imports CASCADE',
      );
      await fill(10);
      const long = Object.fromEntries(Object.keys(TAKES).map((name) => [name, LONG])) as Record<Kind, number>;
      // A formal case is kept as long as the longer of both says.
      const days = kind === 'formalCases' ? { ...long, closedCases: 7 } : long;
      await set(days);
      const before = await forgetOld(platform);
      expect(taken(before)).toEqual(kind === 'formalCases' ? ['cases'] : []);
      await set({ ...days, [kind]: 7 });
      const forgotten = await forgetOld(platform);
      expect(taken(forgotten)).toEqual([...TAKES[kind]].sort());
      expect(Object.values(forgotten).reduce((sum, number) => sum + number, 0)).toBe(TAKES[kind].length);
    },
  );
});
