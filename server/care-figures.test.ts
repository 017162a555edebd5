import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../tests/support/test-platform.ts';
import { careFigures, careReadiness, careVitals } from './care-figures.ts';
import { newId } from './platform/ids.ts';

describe.each(ENGINES)('figures of mailboxes and cases on %s', (engine) => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
  });
  afterAll(async () => {
    await platform.close();
  });

  const query = (text: string, values: unknown[]) => platform.database.pool.query(text, values);
  const ago = (seconds: number) => new Date(platform.clock.business().getTime() - seconds * 1000);
  const figures = async () =>
    Object.fromEntries(
      await Promise.all(
        careFigures(platform).map(
          async ({ name, query: ask }) =>
            [
              name,
              Object.fromEntries((await ask()).map(({ labels, value }) => [Object.values(labels).join(), value])),
            ] as const,
        ),
      ),
    );

  test('given mailboxes, messages, cases and promises of every kind, then what matters is counted, and what is wrong is said', async () => {
    expect(await careReadiness(platform)).toEqual([]);
    expect(await figures()).toMatchObject({
      filodiretto_inbound_waiting: { '': 0 },
      filodiretto_inbound_oldest_seconds: { '': 0 },
      filodiretto_cases: { open: 0, 'hand-over': 0, silent: 0 },
    });

    for (const [name, state, enabled, lease] of [
      ['assistenza', 'up', true, ago(-40)],
      ['fatture', 'down', true, ago(-60)],
      ['pec', 'up', true, ago(600)],
      ['vecchia', 'down', false, null],
    ] as const)
      await query(
        "INSERT INTO mailboxes (id, name, kind, address, config, enabled, made_at, state, state_reason, lease_until) VALUES ($1, $2, 'email', $2 || '@example.it', '{}', $3, $4, $5, 'refused', $6)",
        [newId(), name, enabled, ago(9000), state, lease],
      );
    for (const [decision, worked, seconds] of [
      [null, false, 90],
      [null, false, 30],
      ['spam', true, 60],
      ['stop: unknown number', true, 60],
      ['spam', true, 8 * 86_400],
    ] as const)
      await query(
        "INSERT INTO inbound_messages (id, channel, received_at, content_hash, sender, text, decision, worked_at) VALUES ($1, 'sms', $2, $3, '+39', 'x', $4, $5)",
        [newId(), ago(seconds), newId(), decision, worked ? ago(0) : null],
      );
    const [party, open, ended, team] = [newId(), newId(), newId(), newId()];
    await query("INSERT INTO parties (id, name, kind, language) VALUES ($1, 'X', 'consumer', 'it')", [party]);
    for (const [id, number, end] of [
      [open, '1', null],
      [ended, '2', ago(5)],
    ] as const)
      await query(
        "INSERT INTO cases (id, number, party_id, state, topic, language, subject, channel, opened_at, last_heard_at, ended_at, triage) VALUES ($1, $2, $3, 'in work', 'other', 'it', 'x', 'sms', $4, $4, $5, '{}')",
        [id, number, party, ago(99), end],
      );
    await query("INSERT INTO teams (id, name, kind, made_at) VALUES ($1, 'Assistenza', 'care', $2)", [team, ago(99)]);
    for (const accepted of [null, ago(1)])
      await query(
        "INSERT INTO hand_overs (id, case_id, to_team_id, note, made_at, actor, due_at, accepted_at) VALUES ($1, $2, $3, '', $4, '{}', $4, $5)",
        [newId(), accepted ? ended : open, team, ago(9), accepted],
      );
    for (const [seconds, state, paused] of [
      [300, 'open', null],
      [300, 'open', ago(400)],
      [300, 'broken', null],
      [5, 'open', null],
      [-300, 'open', null],
    ] as const)
      await query(
        "INSERT INTO promises (id, kind, subject_kind, subject_id, promisee_kind, ladder, made_at, due_at, warn_at, state, paused_at) VALUES ($1, $7, 'case', $2, 'party', 'care', $3, $4, $4, $5, $6)",
        [newId(), open, ago(900), ago(seconds), state, paused, `kind ${seconds} ${paused}`],
      );

    expect(await figures()).toEqual({
      filodiretto_mailboxes: { up: 2, down: 1 },
      filodiretto_mailbox_silent_seconds: { assistenza: 20, fatture: 0, pec: 660 },
      filodiretto_inbound_waiting: { '': 2 },
      filodiretto_inbound_oldest_seconds: { '': 90 },
      filodiretto_set_aside: { spam: 1, stop: 1 },
      filodiretto_cases: { open: 1, 'hand-over': 1, silent: 1 },
    });
    expect(await careReadiness(platform)).toEqual([
      'the mailbox "fatture" is down: refused',
      'the mailbox "pec" is read by nobody for 11 minutes',
      '1 promises about cases passed their time and nothing was said: no worker runs',
    ]);
    expect(await careVitals(platform.database)).toMatchObject({ waiting: 2, mailboxes: [{}, { state: 'down' }, {}] });
  });
});
