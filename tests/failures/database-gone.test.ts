import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, expect, test } from 'vitest';
import { startImapServer } from '../../example/imap-server.ts';
import { openMailbox } from '../../server/channels/email/mailbox.ts';
import { createFlow } from '../../server/flow.ts';
import { createMailboxWorker, seedLexicon } from '../../server/intake/index.ts';
import { makeMailbox } from '../../server/intake/manage-mailboxes.ts';
import { createClock } from '../../server/platform/clock.ts';
import { openDatabase } from '../../server/platform/database/database.ts';
import { migrate } from '../../server/platform/database/migrate.ts';
import { createLog } from '../../server/platform/log.ts';
import { createVault } from '../../server/platform/secrets.ts';
import { makeFirstTeams } from '../../server/teams/index.ts';
import { ADMINISTRATOR, careMailbox, rawMail } from '../support/intake.ts';
import { until } from '../support/product.ts';
import { dropSchema, newSchemaName, testPostgresUrl } from '../support/test-platform.ts';

/** A line to the database that can be cut. */
async function makeLine(target: { host: string; port: number }) {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server: Server = createServer((socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    const other = connect(target.port, target.host);
    for (const [one, its] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.add(one);
      one.on('error', () => its.destroy());
      one.on('close', () => {
        sockets.delete(one);
        its.destroy();
      });
      one.pipe(its);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      isCut = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

test('given the database is gone while mails come, when it is back, then each mail is kept once, in a case, and answered once', async () => {
  const direct = new URL(testPostgresUrl());
  const line = await makeLine({ host: direct.hostname, port: Number(direct.port) });
  closing.push(line.close);
  const url = new URL(testPostgresUrl());
  url.hostname = '127.0.0.1';
  url.port = String(line.port);
  const schema = newSchemaName();
  const dataFolder = mkdtempSync(join(tmpdir(), 'filodiretto-gone-'));
  closing.push(
    () => rmSync(dataFolder, { recursive: true, force: true }),
    () => dropSchema(schema),
  );
  const log = createLog('silent');
  const database = await openDatabase({ url: url.href, dataFolder, schema, log });
  closing.push(() => database.close());
  await migrate(database);
  const clock = createClock();
  const platform = {
    database,
    clock,
    log,
    vault: createVault(randomBytes(32)),
    timeZone: 'Europe/Rome',
    publicUrl: 'http://127.0.0.1:8600',
    dataFolder,
  };
  await database.transaction((tx) => makeFirstTeams(tx, clock));
  await seedLexicon(platform);
  const server = await startImapServer({});
  closing.push(server.close);
  await makeMailbox(platform, ADMINISTRATOR, careMailbox(server.port));
  const worker = createMailboxWorker(platform, (config, ports) =>
    openMailbox(config, ports, { reconnectMilliseconds: [50] }),
  );
  await worker.start();
  closing.push(() => worker.stop());
  const flow = createFlow(platform);
  let sent = 0;
  const append = (count: number): void => {
    for (let mail = 0; mail < count; mail++) {
      sent++;
      server.append(
        rawMail({ from: `person${sent}@example.com`, subject: 'Guasto', text: 'Internet non funziona' }),
        new Date(Date.now() + 60_000),
      );
    }
  };
  const kept = async (): Promise<number> =>
    (await sql<{ count: number }>`SELECT count(*) AS count FROM inbound_messages`.execute(database.db)).rows[0]
      ?.count ?? 0;
  append(5);
  await until(async () => (await kept()) >= 2, 'No mail is kept.');
  line.cut();
  append(5);
  await expect(flow.round()).rejects.toThrow();
  line.mend();
  append(5);
  await until(async () => (await kept()) === 15, 'Not every mail is kept.');
  // What failed for want of a database is tried again.
  await until(async () => {
    await flow.round();
    return (await sql`SELECT 1 FROM inbound_messages WHERE worked_at IS NULL`.execute(database.db)).rows.length === 0;
  }, 'Not every mail is worked off.');
  const { rows } = await sql<{
    cases: number;
    acknowledged: number;
    said: number;
  }>`SELECT (SELECT count(*) FROM cases) AS cases,
    (SELECT count(*) FROM messages WHERE kind = 'acknowledgement') AS acknowledged, (SELECT count(*) FROM messages WHERE direction = 'in') AS said`.execute(
    database.db,
  );
  expect(rows[0]).toEqual({ cases: 15, acknowledged: 15, said: 15 });
}, 120_000);
