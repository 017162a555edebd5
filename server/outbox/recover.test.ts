import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import type { SendResult } from '../channels/channel.ts';
import { newId } from '../platform/ids.ts';
import { readJournal, SendJournal } from './journal.ts';
import { makeRoute } from './manage-routes.ts';
import { ADMINISTRATOR, queueNotices, readOutbox, remembering } from './outbox.fixture.ts';
import { matchEarlyReceipts } from './receipts.ts';
import { recoverDeadWorkers } from './recover.ts';
import { markClaimed } from './store.ts';

const SELF = newId();

describe.each(ENGINES)('after a worker died, on %s', (engine) => {
  let platform: TestPlatform;
  let routeId: string;
  beforeEach(async () => {
    platform = await openTestPlatform(engine);
    ({ id: routeId } = await makeRoute(platform, ADMINISTRATOR, {
      name: 'SMSC',
      enabled: true,
      costMillicents: 0,
      kind: 'smpp',
      config: {
        host: '127.0.0.1',
        port: 1,
        tls: false,
        systemId: '',
        systemType: '',
        sender: 'Lagonet',
        window: 10,
        perSecond: 10,
      },
    }));
  });
  afterEach(async () => await platform.close());

  const claim = async (ids: string[], worker: string): Promise<void> =>
    await platform.database.transaction(
      async (tx) =>
        await markClaimed(tx, ids, {
          worker,
          routeId,
          leaseUntil: new Date(platform.clock.system().getTime() + 60_000),
        }),
    );

  /** The journal as a process leaves it that is killed: written by the real one, with the head of a process that ended. */
  const deadJournal = (
    worker: string,
    write: (journal: SendJournal) => void,
    header: Record<string, unknown> = {},
  ): void => {
    const journal = new SendJournal(platform.dataFolder, worker);
    write(journal);
    const folder = join(platform.dataFolder, 'journal');
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    for (const name of readdirSync(folder).filter((each) => each.startsWith(worker))) {
      const [head = '', ...rest] = readFileSync(join(folder, name), 'utf8').split('\n');
      writeFileSync(join(folder, name), [JSON.stringify({ ...JSON.parse(head), pid, ...header }), ...rest].join('\n'));
    }
  };
  const sent = (id: string): { id: string; result: SendResult } => ({
    id,
    result: { kind: 'sent', routeMessageIds: [`smsc-${id}`] },
  });

  test('given its journal, then results are applied, what had none is in doubt, and what was only claimed is queued again', async () => {
    const worker = newId();
    const [a = '', b = '', c = '', d = ''] = await queueNotices(platform, 4);
    await claim([a, b, c, d], worker);
    deadJournal(worker, (journal) => {
      journal.begin([a, b, c]);
      journal.note([sent(a), { id: b, result: { kind: 'rejected', reason: 'unknown number', permanent: true } }]);
    });
    const hooks = remembering();
    expect(await recoverDeadWorkers(platform, hooks.onOutcomes, SELF)).toEqual({ settled: 2, inDoubt: 1, released: 1 });
    expect(new Map(hooks.outcomes.map(({ id, outcome }) => [id, outcome]))).toEqual(
      new Map([
        [a, 'sent'],
        [b, 'failed'],
        [c, 'in doubt'],
      ]),
    );
    expect(await readOutbox(platform)).toMatchObject([
      { id: c, state: 'in doubt', last_trouble: 'the process ended while it was being sent' },
      { id: d, state: 'queued', worker: null, route_id: null },
    ]);
    expect(readJournal(platform.dataFolder, worker)).toBeNull();
    expect(await recoverDeadWorkers(platform, hooks.onOutcomes, SELF)).toEqual({ settled: 0, inDoubt: 0, released: 0 });
  });

  test('given a row that was refused for now and went out again, then the old refusal does not hide the doubt', async () => {
    const worker = newId();
    const [id = ''] = await queueNotices(platform, 1);
    await claim([id], worker);
    deadJournal(worker, (journal) => {
      journal.begin([id]);
      journal.note([{ id, result: { kind: 'rejected', reason: 'busy', permanent: false } }]);
      journal.begin([id]);
    });
    const hooks = remembering();
    await recoverDeadWorkers(platform, hooks.onOutcomes, SELF);
    expect((await readOutbox(platform))[0]?.state).toBe('in doubt');
  });

  test('given the machine was restarted, then everything without a result is in doubt: lines may be missing', async () => {
    const worker = newId();
    const [a = '', b = ''] = await queueNotices(platform, 2);
    await claim([a, b], worker);
    deadJournal(
      worker,
      (journal) => {
        journal.begin([a]);
        journal.note([sent(a)]);
      },
      { boot: 'an earlier boot' },
    );
    const hooks = remembering();
    await recoverDeadWorkers(platform, hooks.onOutcomes, SELF);
    expect(await readOutbox(platform)).toMatchObject([{ id: b, state: 'in doubt' }]);
    expect(hooks.outcomes.map(({ id, outcome }) => [id, outcome])).toContainEqual([a, 'sent']);
  });

  test('given a last line that was cut off, then its messages never left', async () => {
    const worker = newId();
    const [a = ''] = await queueNotices(platform, 1);
    await claim([a], worker);
    deadJournal(worker, () => {});
    const folder = join(platform.dataFolder, 'journal');
    const name = readdirSync(folder).find((each) => each.startsWith(worker)) ?? '';
    writeFileSync(join(folder, name), `> ${a}`, { flag: 'a' });
    await recoverDeadWorkers(platform, remembering().onOutcomes, SELF);
    expect((await readOutbox(platform))[0]?.state).toBe('queued');
  });

  test('given a worker of another machine, then its rows stay until the lease ends, and are in doubt afterwards', async () => {
    const worker = newId();
    const [id = ''] = await queueNotices(platform, 1);
    await claim([id], worker);
    const hooks = remembering();
    platform.clock.advance(60_000);
    await recoverDeadWorkers(platform, hooks.onOutcomes, SELF);
    expect((await readOutbox(platform))[0]?.state).toBe('claimed');
    platform.clock.advance(1);
    await recoverDeadWorkers(platform, hooks.onOutcomes, SELF);
    expect((await readOutbox(platform))[0]).toMatchObject({
      state: 'in doubt',
      last_trouble: 'the machine that was sending it is lost',
    });
    expect(hooks.outcomes).toMatchObject([{ id, outcome: 'in doubt' }]);
  });

  test('given a living worker on this machine whose lease ran out, then its rows are left to it', async () => {
    const worker = newId();
    const ids = await queueNotices(platform, 1);
    await claim(ids, worker);
    const journal = new SendJournal(platform.dataFolder, worker);
    journal.begin(ids);
    platform.clock.advance(120_000);
    await recoverDeadWorkers(platform, remembering().onOutcomes, SELF);
    expect((await readOutbox(platform))[0]?.state).toBe('claimed');
    journal.close();
  });

  test('given more rows than a chunk, then all are recovered', async () => {
    const worker = newId();
    const ids = await queueNotices(platform, 1200);
    await claim(ids, worker);
    deadJournal(worker, (journal) => {
      journal.begin(ids);
      journal.note(ids.slice(0, 1100).map(sent));
    });
    const hooks = remembering();
    expect(await recoverDeadWorkers(platform, hooks.onOutcomes, SELF)).toEqual({
      settled: 1100,
      inDoubt: 100,
      released: 0,
    });
    const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM receipt_keys`.execute(
      platform.database.db,
    );
    expect(rows[0]?.count).toBe(1100);
    expect(await matchEarlyReceipts(platform, hooks.onOutcomes)).toBe(0);
  });

  test('given a long run, then the journal keeps only what is not settled', () => {
    const worker = newId();
    const journal = new SendJournal(platform.dataFolder, worker);
    const ids = Array.from({ length: 1000 }, newId);
    for (let round = 0; round < 300; round++) {
      journal.begin(ids);
      journal.note(ids.map(sent));
      if (round > 0) journal.settled(ids);
    }
    mkdirSync(join(platform.dataFolder, 'journal'), { recursive: true });
    expect(readdirSync(join(platform.dataFolder, 'journal')).length).toBeLessThanOrEqual(2);
    journal.settled(ids);
    journal.close();
    expect(readdirSync(join(platform.dataFolder, 'journal'))).toEqual([]);
  });
});
