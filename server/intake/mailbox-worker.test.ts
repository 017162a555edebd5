import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ImapServer, startImapServer } from '../../example/imap-server.ts';
import { ADMINISTRATOR, careMailbox, rawMail } from '../../tests/support/intake.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { openMailbox } from '../channels/email/mailbox.ts';
import { createFlow } from '../flow.ts';
import { until } from '../outbox/outbox.fixture.ts';
import { makeFirstTeams } from '../teams/index.ts';
import { createMailboxWorker, type MailboxWorker } from './mailbox-worker.ts';
import { changeMailbox, endMailbox, listMailboxes, makeMailbox, testMailbox } from './manage-mailboxes.ts';

describe.each(ENGINES)('mailboxes that are kept, on %s', (engine) => {
  let platform: TestPlatform;
  let server: ImapServer;
  const workers: MailboxWorker[] = [];
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    await platform.database.transaction((tx) => makeFirstTeams(tx, platform.clock));
    server = await startImapServer({});
  });
  afterAll(async () => {
    for (const worker of workers) await worker.stop();
    await server.close();
    await platform.close();
  });

  const quick: typeof openMailbox = (config, ports) => openMailbox(config, ports, { reconnectMilliseconds: [20] });
  const work = async (): Promise<MailboxWorker> => {
    const worker = createMailboxWorker(platform, quick);
    workers.push(worker);
    await worker.start();
    return worker;
  };
  const kept = async () =>
    (
      await sql<{
        quiet: boolean;
        decision: string | null;
        case_id: string | null;
        size: number;
      }>`SELECT quiet, decision, case_id, blobs.size FROM inbound_messages
        JOIN blobs ON blobs.id = raw_blob ORDER BY inbound_messages.id`.execute(platform.database.db)
    ).rows;
  const theMailbox = async () => (await listMailboxes(platform))[0];

  test('given old mail, new mail, a cut in mid fetch, a change of UIDs and a second process, then each mail is kept once; old mail is quiet', async () => {
    server.append(rawMail({ from: 'anna@example.com', text: 'vecchia' }), new Date(Date.now() - 86_400_000));
    const made = await makeMailbox(platform, ADMINISTRATOR, careMailbox(server.port));
    expect(made).toMatchObject({ hasPassword: true, state: 'unknown' });
    expect(JSON.stringify(await listMailboxes(platform))).not.toContain('secret');
    const { rows } = await sql<{ config: string }>`SELECT config::text AS config FROM mailboxes`.execute(
      platform.database.db,
    );
    expect(rows[0]?.config).not.toContain('"secret"');
    expect(await testMailbox(platform, quick, made.id)).toEqual({ works: true, reason: null });

    const first = await work();
    await until(async () => (await theMailbox())?.state === 'up' && (await kept()).length === 1);
    expect((await kept())[0]).toMatchObject({ quiet: true });
    server.append(rawMail({ from: 'anna@example.com', text: 'Internet non va' }), new Date(Date.now() + 60_000));
    await until(async () => (await kept()).length === 2);
    // The line breaks within a large mail; it is fetched again, whole.
    server.behaviour.cutAfterBytes = 40_000;
    const large = rawMail({ from: 'bruno@example.com', text: 'La fattura è sbagliata. '.repeat(10_000) });
    server.append(large, new Date(Date.now() + 60_000));
    await until(async () => (await kept()).length === 3);
    expect((await kept())[2]).toMatchObject({ quiet: false, size: large.length });
    // A second process leaves it alone, and takes it over when the first is gone.
    await work();
    await first.stop();
    server.renumber();
    server.drop();
    server.append(rawMail({ from: 'carla@example.com', text: 'Vorrei la disdetta' }), new Date(Date.now() + 60_000));
    platform.clock.advance(120_000);
    await until(async () => (await kept()).length === 4);
    const flow = createFlow(platform);
    await flow.round();
    expect((await kept()).map(({ decision, case_id }) => decision ?? (case_id ? 'case' : 'lost'))).toEqual([
      'older than the connection',
      'case',
      'case',
      'case',
    ]);
  });

  test('given a wrong password, then it is down with the reason, and up when it is put right; another folder is read quietly from its beginning; an ended one is not read', async () => {
    const id = (await theMailbox())?.id ?? '';
    server.behaviour.refuseLogin = true;
    await changeMailbox(platform, ADMINISTRATOR, id, { password: 'wrong' });
    await until(async () => (await theMailbox())?.state === 'down');
    expect((await theMailbox())?.stateReason).toBeTruthy();
    expect((await testMailbox(platform, quick, id)).works).toBe(false);
    server.behaviour.refuseLogin = false;
    await changeMailbox(platform, ADMINISTRATOR, id, { password: 'secret' });
    await until(async () => (await theMailbox())?.state === 'up');
    await expect(
      changeMailbox(platform, ADMINISTRATOR, id, { teamId: '00000000-0000-7000-8000-000000000001' }),
    ).rejects.toMatchObject({ code: 'mailbox-refers' });
    await expect(changeMailbox(platform, ADMINISTRATOR, id, { address: 'nonsense' })).rejects.toMatchObject({
      code: 'mailbox-address',
    });
    await endMailbox(platform, ADMINISTRATOR, id);
    expect(await listMailboxes(platform)).toEqual([]);
    const before = (await kept()).length;
    await until(
      async () =>
        (
          await sql<{ held: number }>`SELECT count(*) AS held FROM mailboxes WHERE holder IS NOT NULL`.execute(
            platform.database.db,
          )
        ).rows[0]?.held === 0,
    );
    server.append(rawMail({ from: 'dino@example.com', text: 'Dopo' }));
    expect((await kept()).length).toBe(before);
  });

  test('given a mailbox that was switched off and whose server takes its time over the good-bye, then a new one is read meanwhile; what could not be stored of it is stored later; switched on, it is read again', async () => {
    for (const worker of workers.splice(0)) await worker.stop();
    let letGo: () => void = () => {};
    const longGoodBye = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let opened = 0;
    const slow: typeof openMailbox = (config, ports) => {
      const kept = quick(config, ports);
      if (++opened > 1) return kept;
      return { stop: async () => void (await Promise.all([kept.stop(), longGoodBye])) };
    };
    let failures = 0;
    const { database } = platform;
    // The first thing that is stored of the new one is that it is up.
    const transaction: typeof database.transaction = (work) => {
      if (opened !== 2 || failures > 0) return database.transaction(work);
      failures++;
      return Promise.reject(new Error('the disk is full'));
    };
    const worker = createMailboxWorker({ ...platform, database: { ...database, transaction } }, slow);
    workers.push(worker);
    const make = (name: string) => makeMailbox(platform, ADMINISTRATOR, { ...careMailbox(server.port), name });
    const stateOf = async (id: string) => (await listMailboxes(platform)).find((one) => one.id === id)?.state;
    const first = await make('first');
    await worker.start();
    await until(async () => (await stateOf(first.id)) === 'up');
    await changeMailbox(platform, ADMINISTRATOR, first.id, { enabled: false });
    const second = await make('second');
    await until(async () => failures === 1);
    // Any change wakes the worker.
    await changeMailbox(platform, ADMINISTRATOR, first.id, { name: 'scanner' });
    await until(async () => (await stateOf(second.id)) === 'up');
    await changeMailbox(platform, ADMINISTRATOR, first.id, { enabled: true });
    expect(opened).toBe(2);
    letGo();
    await until(async () => opened === 3 && (await stateOf(first.id)) === 'up');
  });
});
