import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import type { Actor } from '../platform/actor.ts';
import { newId } from '../platform/ids.ts';
import {
  appointDelegate,
  type CodePurpose,
  checkCode,
  delegationsOf,
  mayAct,
  revokeDelegation,
  sendCode,
} from './index.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

describe.each(ENGINES)('one-time codes and delegates on %s', (engine) => {
  let platform: TestPlatform;
  let anna: string;
  let consultant: string;
  let points: { mail: string; phone: string; claimed: string; foreign: string; pec: string };
  const matter = newId();

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
  });
  afterAll(async () => await platform.close());
  beforeEach(async () => {
    const { pool } = platform.database;
    await pool.query('TRUNCATE parties, events, rate_limits, outbox, outgoing_texts CASCADE');
    [anna, consultant] = [newId(), newId()];
    await pool.query(
      "INSERT INTO parties (id, external_id, name, kind, language) VALUES ($1, 'c1', 'Anna Verdi', 'consumer', 'it'), ($2, NULL, 'Studio Neri', 'business', 'it')",
      [anna, consultant],
    );
    const add = async (channel: string, address: string, verification = 'verified'): Promise<string> => {
      const id = newId();
      await pool.query(
        'INSERT INTO contact_points (id, party_id, channel, address, verification) VALUES ($1, $2, $3, $4, $5)',
        [id, anna, channel, address, verification],
      );
      return id;
    };
    points = {
      mail: await add('email', 'anna@example.it'),
      phone: await add('sms', '+393331234567'),
      claimed: await add('email', 'other@example.it', 'claimed'),
      foreign: await add('sms', '+447400123456'),
      pec: await add('pec', 'anna@pec.example.it'),
    };
  });

  const send = async (contactPointId: string, purpose: CodePurpose = 'formal', provenElsewhere = false) =>
    await platform.database.transaction((tx) =>
      sendCode(tx, platform, { contactPointId, purpose, subjectId: matter, provenElsewhere }),
    );
  const lastText = async (): Promise<string> => {
    const { rows } = await platform.database.pool.query(
      'SELECT text.body FROM outbox JOIN outgoing_texts text ON text.id = outbox.text_id ORDER BY outbox.id DESC LIMIT 1',
    );
    return rows[0]?.body ?? '';
  };
  const lastCode = async (): Promise<string> => /\d{6}/.exec(await lastText())?.[0] ?? 'none';
  const enter = async (
    contactPointId: string,
    code: string,
    purpose: CodePurpose = 'formal',
    subjectId: string = matter,
  ) =>
    await platform.database.transaction((tx) => checkCode(tx, platform, { contactPointId, purpose, subjectId, code }));
  const wrong = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

  test('given a known address, when a code is sent and entered, then it opens once, only what it was for, and only for ten minutes', async () => {
    expect(await send(points.mail)).toEqual({ channel: 'email', to: 'a…@example.it' });
    const code = await lastCode();
    expect(await lastText()).toContain('reclamo formale');
    expect(await enter(points.mail, code, 'download')).toEqual({ passed: false, triesLeft: 0 });
    expect(await enter(points.mail, code, 'formal', newId())).toEqual({ passed: false, triesLeft: 0 });
    expect(await enter(points.phone, code)).toEqual({ passed: false, triesLeft: 0 });
    expect(await enter(points.mail, `${code.slice(0, 3)} ${code.slice(3)}`)).toEqual({ passed: true });
    expect(await enter(points.mail, code)).toEqual({ passed: false, triesLeft: 0 });

    await send(points.mail);
    platform.clock.advance(10 * MINUTE);
    expect(await enter(points.mail, await lastCode())).toEqual({ passed: false, triesLeft: 0 });
  });

  test('given five wrong tries, then the code is dead even for who knows it; a new one ends the one before', async () => {
    await send(points.phone);
    const code = await lastCode();
    for (const triesLeft of [4, 3, 2, 1, 0])
      expect(await enter(points.phone, wrong(code))).toEqual({ passed: false, triesLeft });
    expect(await enter(points.phone, code)).toEqual({ passed: false, triesLeft: 0 });

    await send(points.phone);
    const former = await lastCode();
    await send(points.phone);
    const newest = await lastCode();
    if (former !== newest) expect(await enter(points.phone, former)).toEqual({ passed: false, triesLeft: 4 });
    expect(await enter(points.phone, newest)).toEqual({ passed: true });
  });

  test('given twenty guesses at once, then no more than five are compared', async () => {
    await send(points.mail);
    const code = await lastCode();
    const answers = await Promise.all(Array.from({ length: 20 }, () => enter(points.mail, wrong(code))));
    expect(answers.map((answer) => (answer.passed ? 9 : answer.triesLeft)).sort()).toEqual([
      ...Array.from({ length: 16 }, () => 0),
      1,
      2,
      3,
      4,
    ]);
  });

  test('given what is stored, then neither table nor events hold the code', async () => {
    await send(points.mail);
    const code = await lastCode();
    const { rows } = await platform.database.pool.query(
      "SELECT encode(salt, 'hex') AS salt, encode(code_hash, 'hex') AS hash, octet_length(salt) AS length FROM one_time_codes",
    );
    expect(rows[0].length).toBe(16);
    expect(JSON.stringify(rows)).not.toContain(code);
    const { rows: events } = await platform.database.pool.query('SELECT kind, data::text FROM events');
    expect(events.map(({ kind }) => kind)).toEqual(['code.sent']);
    expect(JSON.stringify(events)).not.toContain(code);
    expect(JSON.stringify(events)).not.toContain('example.it');
  });

  test('given addresses that nobody vouches for, then no code goes there: claimed, foreign, PEC, unknown', async () => {
    await expect(send(points.claimed)).rejects.toMatchObject({ code: 'code-unverified' });
    await expect(send(points.claimed, 'contact point', true)).resolves.toMatchObject({ channel: 'email' });
    await expect(send(points.foreign)).rejects.toMatchObject({ code: 'code-country' });
    await expect(send(points.foreign, 'contact point', true)).rejects.toMatchObject({ code: 'code-country' });
    await expect(send(points.pec)).rejects.toMatchObject({ code: 'code-channel' });
    await expect(send(newId())).rejects.toMatchObject({ kind: 'not-found' });
    const { rows } = await platform.database.pool.query('SELECT count(*) AS count FROM outbox');
    expect(rows[0].count).toBe(1);
  });

  test('given many wishes for codes, then each address, each block of numbers and everybody together have an end', async () => {
    for (let sent = 0; sent < 3; sent++) await send(points.phone);
    await expect(send(points.phone)).rejects.toMatchObject({ code: 'too-many' });
    await expect(send(points.mail)).resolves.toBeTruthy();

    // A block of numbers, each at a party of its own.
    const { pool } = platform.database;
    let refused = 0;
    for (let index = 0; index < 25; index++) {
      const [party, point] = [newId(), newId()];
      await pool.query("INSERT INTO parties (id, name, kind, language) VALUES ($1, 'x', 'consumer', 'it')", [party]);
      await pool.query(
        "INSERT INTO contact_points (id, party_id, channel, address, verification) VALUES ($1, $2, 'sms', $3, 'verified')",
        [point, party, `+39347555${String(index).padStart(4, '0')}`],
      );
      await send(point).catch(() => refused++);
    }
    expect(refused).toBe(5);
  });

  test('given everybody together guesses, then what is beyond is refused before anything is compared', async () => {
    await send(points.mail);
    const code = await lastCode();
    await platform.database.pool.query('UPDATE rate_limits SET uses = 1000');
    await enter(points.mail, wrong(code)).catch(() => {});
    await platform.database.pool.query('UPDATE rate_limits SET uses = 1000');
    await expect(enter(points.mail, code)).rejects.toMatchObject({ code: 'too-many' });
  });

  describe('a delegate', () => {
    const herself = (): Actor => ({ kind: 'party', id: anna, through: 'web' });
    const appoint = async (more: object = {}): Promise<string> =>
      await platform.database.transaction((tx) =>
        appointDelegate(tx, platform.clock, herself(), {
          partyId: anna,
          delegateId: consultant,
          scopes: ['technical', 'billing:view'],
          startsAt: platform.clock.business(),
          endsAt: new Date(platform.clock.business().getTime() + 30 * DAY),
          evidence: 'one-time code',
          ...more,
        }),
      );
    const may = async (
      scope: 'technical' | 'orders' | 'billing:view' | 'billing:act',
      at = platform.clock.business(),
    ) => await mayAct(platform.database.db, consultant, anna, scope, at);

    test('given scopes and dates, then exactly these are open, from the start to the end and not to their own delegator', async () => {
      const start = new Date(platform.clock.business().getTime() + DAY);
      await appoint({ startsAt: start });
      const at = (days: number): Date => new Date(start.getTime() + days * DAY);
      expect(await may('technical')).toBe(false);
      expect(await may('technical', at(0))).toBe(true);
      expect(await may('billing:view', at(28))).toBe(true);
      expect(await may('billing:act', at(1))).toBe(false);
      expect(await may('orders', at(1))).toBe(false);
      expect(await may('technical', at(29))).toBe(false);
      expect(await mayAct(platform.database.db, anna, consultant, 'technical', at(1))).toBe(false);
      expect(await mayAct(platform.database.db, anna, anna, 'billing:act', at(1))).toBe(true);
    });

    test('given a revocation, then nothing is open from then on; somebody else cannot revoke; twice is once', async () => {
      const delegationId = await appoint();
      await expect(
        platform.database.transaction((tx) =>
          revokeDelegation(tx, platform.clock, herself(), { partyId: consultant, delegationId }),
        ),
      ).rejects.toMatchObject({ kind: 'not-found' });
      expect(await may('technical')).toBe(true);
      for (let times = 0; times < 2; times++)
        await platform.database.transaction((tx) =>
          revokeDelegation(tx, platform.clock, herself(), { partyId: anna, delegationId }),
        );
      expect(await may('technical')).toBe(false);
      const { rows } = await platform.database.pool.query('SELECT kind FROM events ORDER BY number');
      expect(rows.map(({ kind }) => kind)).toEqual(['delegate.appointed', 'delegate.revoked']);
      expect(await delegationsOf(platform.database.db, anna)).toMatchObject([
        { name: 'Studio Neri', scopes: ['technical', 'billing:view'], revokedAt: platform.clock.business() },
      ]);
    });

    test('given dates or scopes that make no sense, then they are refused', async () => {
      const now = platform.clock.business().getTime();
      await expect(appoint({ scopes: [] })).rejects.toMatchObject({ code: 'scopes' });
      await expect(appoint({ scopes: ['everything'] })).rejects.toMatchObject({ code: 'scopes' });
      await expect(appoint({ endsAt: new Date(now) })).rejects.toMatchObject({ code: 'delegation-dates' });
      await expect(appoint({ endsAt: new Date(now + 900 * DAY) })).rejects.toMatchObject({ code: 'delegation-dates' });
      await expect(appoint({ delegateId: anna })).rejects.toMatchObject({ code: 'own-delegate' });
    });
  });
});
