import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import smpp from 'smpp';
import { openChannel } from '../server/channels/open-channel.ts';
import { createOutboxWorker } from '../server/outbox/index.ts';
import { createClock } from '../server/platform/clock.ts';
import { openDatabase } from '../server/platform/database/database.ts';
import { migrate } from '../server/platform/database/migrate.ts';
import { newId } from '../server/platform/ids.ts';
import { createLog } from '../server/platform/log.ts';
import { createVault } from '../server/platform/secrets.ts';
import { startPostgres } from '../tests/support/postgres.ts';
import type { Measurement } from './measurement.ts';

const ROWS = 20_000;
const WINDOW = 100;
const TEXT =
  'Lagonet: la linea a Verbania è ferma per mancanza di corrente. Prossima notizia entro le 18:00. Rif. 2600018';
const SMSC = fileURLToPath(new URL('../example/smsc.ts', import.meta.url));

/**
 * How many messages a second leave: rows through claims, send journal, SMPP and settlement with receipt keys, against a bare SMPP
 * client that keeps the same window full and writes nothing down. The SMSC is a process of its own on the same machine.
 */
export async function* fanout(): AsyncGenerator<Measurement> {
  const smsc = await startSmscProcess();
  try {
    const baseline = await bareClient(smsc.port);
    const folder = mkdtempSync(join(tmpdir(), 'filodiretto-bench-'));
    try {
      yield measurement('embedded', await throughOutbox(null, folder, smsc.port), baseline);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const server = await startPostgres();
    const serverFolder = mkdtempSync(join(tmpdir(), 'filodiretto-bench-'));
    try {
      yield measurement('postgresql', await throughOutbox(server.url, serverFolder, smsc.port), baseline);
    } finally {
      await server.stop();
      rmSync(serverFolder, { recursive: true, force: true });
    }
  } finally {
    smsc.stop();
  }
}

const measurement = (engine: string, value: number, baseline: number): Measurement => ({
  name: `fanout-outbox-smpp-${engine}`,
  value: Math.round(value),
  unit: 'messages/s',
  baseline: Math.round(baseline),
  ratio: Math.round((value / baseline) * 1000) / 1000,
  conditions: `${ROWS} rows, window ${WINDOW}, one worker, SMSC in its own process on the same ${cpus().length} cores, Node ${process.version}; baseline: bare client with the same window`,
});

async function startSmscProcess(): Promise<{ port: number; stop: () => void }> {
  const child = spawn(process.execPath, ['--import', 'tsx', SMSC, '--port', '0', '--http', '0', '--receipt=-1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString()));
    child.once('exit', () => reject(new Error('the SMSC ended')));
  });
  return { port: (JSON.parse(said) as { smpp: number }).smpp, stop: () => child.kill() };
}

/** Messages a second of npm's smpp, with a window and nothing else. */
async function bareClient(port: number): Promise<number> {
  const session = smpp.connect({ host: '127.0.0.1', port });
  session.socket.setNoDelay(true);
  await new Promise<void>((resolve) => session.bind_transceiver({ system_id: 'bare', password: '' }, () => resolve()));
  const begin = performance.now();
  await new Promise<void>((resolve) => {
    let sent = 0;
    let answered = 0;
    const next = (): void => {
      if (sent >= ROWS) return;
      const destination_addr = `39${String(++sent).padStart(9, '0')}`;
      session.submit_sm(
        {
          source_addr_ton: 5,
          source_addr: 'Lagonet',
          dest_addr_ton: 1,
          dest_addr_npi: 1,
          destination_addr,
          registered_delivery: 1,
          data_coding: 0,
          short_message: TEXT,
        },
        () => {
          answered++;
          if (answered === ROWS) resolve();
          else next();
        },
      );
    };
    for (let place = 0; place < WINDOW; place++) next();
  });
  const seconds = (performance.now() - begin) / 1000;
  session.close();
  return ROWS / seconds;
}

async function throughOutbox(url: string | null, dataFolder: string, port: number): Promise<number> {
  const log = createLog('silent');
  const database = await openDatabase({ url, dataFolder, schema: 'bench', log });
  try {
    await migrate(database);
    const now = new Date();
    await database.transaction(async (tx) => {
      const text = newId();
      const config = {
        host: '127.0.0.1',
        port,
        tls: false,
        systemId: 'bench',
        systemType: '',
        sender: 'Lagonet',
        window: WINDOW,
        perSecond: 1_000_000, // the limit is not what is measured
        sealedPassword: null,
      };
      await sql`INSERT INTO routes (id, name, kind, config, enabled, made_at) VALUES (${newId()}, 'SMSC', 'smpp', ${JSON.stringify(config)}::jsonb, true, ${now})`.execute(
        tx,
      );
      await sql`INSERT INTO outgoing_texts (id, channel, language, body) VALUES (${text}, 'sms', 'it', ${TEXT})`.execute(
        tx,
      );
      await sql`INSERT INTO outbox (id, kind, channel, address, text_id, notice_made_at, made_at, not_before, valid_until)
        SELECT uuid_at(${now}::timestamptz), 'notice', 'sms', '+39' || lpad(number::text, 9, '0'), ${text}, ${now}, ${now}, ${now}, ${new Date(now.getTime() + 3_600_000)}
        FROM generate_series(1, ${ROWS}::int) AS number`.execute(tx);
    });
    await sql`ANALYZE outbox`.execute(database.db);
    let settled = 0;
    let done = (): void => {};
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    const worker = createOutboxWorker(
      {
        database,
        clock: createClock(),
        log,
        vault: createVault(randomBytes(32)),
        timeZone: 'Europe/Rome',
        publicUrl: 'http://127.0.0.1:8600',
        dataFolder,
      },
      {
        openChannel,
        onOutcomes: async (_tx, outcomes) => {
          settled += outcomes.length;
          if (settled >= ROWS) setImmediate(done);
        },
        mayLeave: async () => ({ withdraw: [], hold: [], drop: [] }),
        onStale: async () => {},
        keepInbound: async () => {},
      },
    );
    const begin = performance.now();
    await worker.start();
    await all;
    const seconds = (performance.now() - begin) / 1000;
    await worker.stop();
    return ROWS / seconds;
  } finally {
    await database.close();
  }
}
