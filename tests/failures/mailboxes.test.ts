import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ImapServer, startImapServer } from '../../example/imap-server.ts';
import { openMailbox } from '../../server/channels/email/mailbox.ts';
import { createFlow, type Flow } from '../../server/flow.ts';
import { createMailboxWorker, seedLexicon } from '../../server/intake/index.ts';
import { makeMailbox } from '../../server/intake/manage-mailboxes.ts';
import { readBlob } from '../../server/platform/blobs.ts';
import { newId } from '../../server/platform/ids.ts';
import { makeFirstTeams } from '../../server/teams/index.ts';
import { ADMINISTRATOR, careMailbox } from '../support/intake.ts';
import { until } from '../support/product.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../support/test-platform.ts';

/** All of them on the weaker engine; to look at each takes the better part of a millisecond, so that only some are looked at there, and all of the fewer. */
const MAILS = { embedded: 50_000, postgresql: 5000 };
const LOOKED_AT = { embedded: 2000, postgresql: 5000 };
/** Of the whole process: the example's server and its 50,000 mails are in it as well. */
const GROWTH_BYTES = 600_000_000;
const DAY = 86_400_000;

const small = (number: number): string =>
  `From: person${number % 700}@example.com\r\nTo: care@lagonet.example\r\nSubject: Guasto ${number}\r\nMessage-ID: <${number}@example.com>\r\n\r\nInternet non funziona\r\n`;

const head = (from: string, subject: string): string[] => [
  `From: ${from}`,
  'To: care@lagonet.example',
  `Subject: ${subject}`,
  `Message-ID: <${newId()}@example.com>`,
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
];

function manyParts(from: string, count: number): Buffer {
  const part = ['--b', 'Content-Type: text/plain', '', 'Internet non funziona', ''];
  return Buffer.from(
    [...head(from, 'Parti'), ...Array.from({ length: count }, () => part).flat(), '--b--', ''].join('\r\n'),
  );
}

function withAttachment(from: string, bytes: number): Buffer {
  const lines = [
    ...head(from, 'Foto'),
    '--b',
    'Content-Type: text/plain',
    '',
    'Il modem è rosso, ecco il filmato',
    '--b',
    'Content-Type: video/mp4; name=modem.mp4',
    'Content-Disposition: attachment; filename=modem.mp4',
    'Content-Transfer-Encoding: base64',
    '',
    '',
  ].join('\r\n');
  const line = `${'QUJD'.repeat(19)}\r\n`;
  return Buffer.from(`${lines}${line.repeat(Math.ceil((bytes - lines.length) / line.length))}--b--\r\n`);
}

describe.each(ENGINES)('a mailbox with everything that a mailbox can hold, on %s', (engine) => {
  let platform: TestPlatform;
  let server: ImapServer;
  let worker: ReturnType<typeof createMailboxWorker> | null = null;
  let flow: Flow;

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    await platform.database.transaction((tx) => makeFirstTeams(tx, platform.clock));
    await seedLexicon(platform);
    server = await startImapServer({});
    flow = createFlow(platform);
    await makeMailbox(platform, ADMINISTRATOR, careMailbox(server.port));
  });
  afterAll(async () => {
    await worker?.stop();
    await server.close();
    await platform.close();
  });

  const start = async (): Promise<void> => {
    worker = createMailboxWorker(platform, (config, ports) =>
      openMailbox(config, ports, { reconnectMilliseconds: [20] }),
    );
    await worker.start();
  };
  const one = async <Row>(query: RawBuilder<Row>): Promise<Row> => {
    const [row] = (await query.execute(platform.database.db)).rows;
    if (!row) throw new Error('there is no row');
    return row;
  };
  const kept = async (): Promise<number> =>
    (await one(sql<{ count: number }>`SELECT count(*) AS count FROM inbound_messages`)).count;

  test(`given ${MAILS[engine]} mails at first start and connections that break, then every one is kept once and none is answered, nor holds up who writes now`, async () => {
    const mails = MAILS[engine];
    const old = new Date(Date.now() - DAY);
    for (let number = 1; number <= mails; number++) server.append(small(number), old);
    const before = process.memoryUsage().rss;
    let peak = before;
    const watching = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 20);
    await start();
    await until(async () => (await kept()) >= mails / 10, 'Nothing is read.');
    server.drop();
    await until(async () => (await kept()) >= mails / 2, 'It does not go on.');
    server.behaviour.cutAfterBytes = 10_000;
    await until(
      async () => (await kept()) >= mails,
      async () => `Only ${await kept()} were read.`,
      120,
    );
    // Somebody writes while years of mail wait to be looked at.
    await platform.database.transaction((tx) =>
      flow.outbox.keepInbound(tx, newId(), {
        sender: '+393990000001',
        text: 'Internet non va',
        raw: Buffer.from('now'),
        part: null,
      }),
    );
    await flow.round();
    expect(
      await one(sql`SELECT case_id IS NOT NULL AS placed, decision FROM inbound_messages WHERE channel = 'sms'`),
    ).toEqual({ placed: true, decision: null });
    const aside = async (): Promise<number> =>
      (
        await one(
          sql<{
            count: number;
          }>`SELECT count(*) AS count FROM inbound_messages WHERE decision = ${'older than the connection'}`,
        )
      ).count;
    while ((await aside()) < LOOKED_AT[engine]) expect(await flow.round()).toBeGreaterThan(0);
    clearInterval(watching);
    expect(peak - before).toBeLessThan(GROWTH_BYTES);
    expect(
      await one(sql`SELECT count(*) AS mails, count(DISTINCT content_hash) AS different, bool_and(quiet) AS quiet, count(case_id) AS placed
        FROM inbound_messages WHERE channel = 'email'`),
    ).toEqual({ mails, different: mails, quiet: true, placed: 0 });
    expect(await one(sql`SELECT count(*) AS sent FROM messages WHERE direction = 'out' AND channel = 'email'`)).toEqual(
      {
        sent: 0,
      },
    );
    expect(await one(sql`SELECT last_uid FROM mailboxes`)).toEqual({ last_uid: mails });
  }, 240_000);

  test('given a mail of 10,000 parts, and one of 40 MB in the middle of which the line breaks, then each is one case, the original whole, and nobody is answered twice', async () => {
    const before = await kept();
    const parts = manyParts('manifold@example.com', 10_000);
    const large = withAttachment('large@example.com', 40_000_000);
    const later = new Date(Date.now() + 60_000);
    server.append(parts, later);
    server.behaviour.cutAfterBytes = 20_000_000;
    server.append(large, later);
    server.append(small(0), later);
    await until(
      async () => (await kept()) === before + 3,
      async () => `${await kept()} of ${before + 3}`,
      120,
    );
    const placed = async () =>
      (
        await sql<{
          raw_blob: Buffer;
          trouble: string | null;
          answers: number;
          messages: number;
        }>`SELECT raw_blob, trouble, (SELECT count(*) FROM messages WHERE messages.case_id = inbound_messages.case_id AND direction = 'out') AS answers,
          (SELECT count(*) FROM messages WHERE inbound_id = inbound_messages.id) AS messages
          FROM inbound_messages WHERE channel = 'email' AND NOT quiet AND case_id IS NOT NULL ORDER BY received_at, id`.execute(
          platform.database.db,
        )
      ).rows;
    while ((await placed()).length < 3) expect(await flow.round()).toBeGreaterThan(0);
    const [manifold, heavy, plain] = await placed();
    expect(manifold?.trouble).toMatch(/part/i);
    expect(manifold).toMatchObject({ messages: 1, answers: 0 });
    expect(heavy).toMatchObject({ messages: 1 });
    expect(heavy?.answers).toBeLessThanOrEqual(1);
    expect(plain).toMatchObject({ messages: 1, answers: 1 });
    for (const [row, raw] of [
      [manifold, parts],
      [heavy, large],
    ] as const) {
      expect(row?.raw_blob).toEqual(createHash('sha256').update(raw).digest());
      const again = createHash('sha256');
      for await (const chunk of readBlob(platform.database.db, row?.raw_blob ?? Buffer.alloc(0))) again.update(chunk);
      expect(again.digest()).toEqual(row?.raw_blob);
    }
  }, 240_000);
});
