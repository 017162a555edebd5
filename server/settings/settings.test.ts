import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Settings } from '../../contract/settings.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { readTimeline } from '../platform/events.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { DEFAULT_SETTINGS, readSettings, settingsRoutes } from './index.ts';
import { deedsNeeded, findNonsense } from './rules.ts';

const telling = DEFAULT_SETTINGS.telling;

describe('what a change of settings needs', () => {
  test('the switch and the pause have deeds of their own; a telling group sent back as it was needs nothing', () => {
    expect(deedsNeeded(DEFAULT_SETTINGS, { telling: { ...telling, paused: true } })).toEqual(['telling:pause']);
    expect(deedsNeeded(DEFAULT_SETTINGS, { telling: { ...telling, on: true } })).toEqual(['telling:switch']);
    expect(deedsNeeded(DEFAULT_SETTINGS, { telling })).toEqual([]);
    const reversed = Object.fromEntries(Object.entries(telling).reverse()) as Settings['telling'];
    expect(deedsNeeded(DEFAULT_SETTINGS, { telling: reversed })).toEqual([]);
  });

  test('whatever is changed besides, settings:change is among what is needed', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.integer({ min: 0, max: 600 }), (on, paused, undoSeconds) => {
        const needed = deedsNeeded(DEFAULT_SETTINGS, { telling: { ...telling, on, paused, undoSeconds } });
        expect(needed.includes('telling:switch')).toBe(on !== telling.on);
        expect(needed.includes('telling:pause')).toBe(paused !== telling.paused);
        expect(needed.includes('settings:change')).toBe(undoSeconds !== telling.undoSeconds);
      }),
    );
    expect(deedsNeeded(DEFAULT_SETTINGS, { ladder: DEFAULT_SETTINGS.ladder })).toEqual(['settings:change']);
  });

  test('the defaults make sense, and what contradicts itself is named', () => {
    expect(findNonsense(DEFAULT_SETTINGS, [])).toEqual([]);
    const odd = structuredClone(DEFAULT_SETTINGS);
    odd.telling.rewriteAfterMinutes = odd.telling.validMinutes;
    odd.incidents.renewalMinutes = [240, 120, 60];
    const rung = odd.ladder[0];
    if (rung) rung.staffIds = ['gone', 'here'];
    odd.hours.week = Array.from({ length: 7 }, () => []);
    odd.hours.holidays.region = 'XX';
    odd.careLadder = odd.careLadder.map((each) => ({ ...each, staffIds: ['gone'] })).slice(0, 1);
    odd.retention.closedCases = odd.cases.reopenDays;
    odd.retention.formalCases = 1;
    expect(findNonsense(odd, ['gone'], (_country, region) => region === '').map(({ setting }) => setting)).toEqual([
      'telling.rewriteAfterMinutes',
      'incidents.renewalMinutes',
      'ladder[0].staffIds',
      'careLadder[0].staffIds',
      'hours.week',
      'hours.holidays',
      'retention.closedCases',
      'retention.formalCases',
    ]);
    expect(
      findNonsense({ ...DEFAULT_SETTINGS, quietHours: { ...DEFAULT_SETTINGS.quietHours, to: '22:00' } }, []),
    ).toEqual([]);
  });
});

describe.each(ENGINES)('settings over HTTP, on %s', (engine) => {
  let platform: TestPlatform;
  let http: Http;
  let roles = ['administrator'];

  const patch = async (payload: object) => {
    const answer = await http.inject({ method: 'PATCH', url: '/api/v1/settings', payload });
    return { status: answer.statusCode, body: answer.json() };
  };

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    http = createHttp({
      log: platform.log,
      guard: async () => ({ kind: 'staff', id: 'anna', roles }),
      trustedProxies: [],
    });
    settingsRoutes(http, platform, { unknownStaff: async (_tx, ids) => ids.filter((id) => id === 'gone') });
    await http.ready();
  });

  afterAll(async () => {
    await http?.close();
    await platform?.close();
  });

  test('a manager may pause, but neither switch on nor change the limits', async () => {
    roles = ['manager'];
    expect((await patch({ telling: { ...telling, paused: true } })).body.telling.paused).toBe(true);
    expect(await patch({ telling: { ...telling, on: true, paused: true } })).toMatchObject({ status: 403 });
    expect(await patch({ telling: { ...telling, mostPeople: 9, paused: true } })).toMatchObject({ status: 403 });
    expect((await readSettings(platform.database.db)).telling).toEqual({ ...telling, paused: true });
    roles = ['administrator'];
    expect((await patch({ telling: { ...telling, on: true } })).status).toBe(200);
    const events = await readTimeline(platform.database.db, 'settings', 'settings');
    expect(events.at(-1)).toMatchObject({
      kind: 'settings.changed',
      actor: { kind: 'staff', id: 'anna' },
      data: { groups: ['telling'], telling: { on: [false, true], paused: [true, false] } },
    });
  });

  test('nonsense is refused with where and what would be right, and nothing of the change stays', async () => {
    const [rung] = DEFAULT_SETTINGS.ladder;
    const answer = await patch({
      operator: { ...DEFAULT_SETTINGS.operator, name: 'Other' },
      ladder: [{ ...rung, staffIds: ['gone'] }],
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'settings-nonsense' } });
    expect(answer.body.problems[0].setting).toBe('ladder[0].staffIds');
    expect((await readSettings(platform.database.db)).operator.name).toBe('Filodiretto');
    expect((await patch({ ladder: [] })).status).toBe(400);
    expect((await patch({ colour: {} })).status).toBe(400);
  });

  test('what is read is the whole of the contract', async () => {
    const answer = await http.inject('/api/v1/settings');
    expect(Object.keys(answer.json()).sort()).toEqual(Object.keys(DEFAULT_SETTINGS).sort());
    expect(answer.json().ladder).toEqual(DEFAULT_SETTINGS.ladder);
  });

  test('ladders that nobody has changed are named in the language of the house; a changed one keeps its names', async () => {
    const names = async () => {
      const { ladder, careLadder } = await readSettings(platform.database.db);
      return [...ladder, ...careLadder].map(({ name }) => name);
    };
    const house = async (defaultLanguage: 'it' | 'en') =>
      expect(await patch({ operator: { ...DEFAULT_SETTINGS.operator, defaultLanguage } })).toMatchObject({
        status: 200,
      });
    expect(await names()).toContain('Responsabile della rete');
    await house('en');
    expect(await names()).toEqual([
      'Network team',
      'Head of network',
      'Duty manager',
      'Team',
      'Head of care',
      'Duty manager',
    ]);
    const { careLadder } = await readSettings(platform.database.db);
    expect((await patch({ careLadder })).status).toBe(200);
    await house('it');
    expect(await names()).toEqual([
      'Gruppo rete',
      'Responsabile della rete',
      'Responsabile di turno',
      'Team',
      'Head of care',
      'Duty manager',
    ]);
  });
});
