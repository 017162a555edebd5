import { sql } from 'kysely';
import { startSmsc } from '../../example/smsc.ts';
import type { TestPlatform } from '../../tests/support/test-platform.ts';
import type { ChannelInbound } from '../channels/channel.ts';
import { openChannel } from '../channels/open-channel.ts';
import { newId } from '../platform/ids.ts';
import { makeRoute } from './manage-routes.ts';
import type { OutboxHooks, Outcome } from './outbox.ts';
import { saveTexts } from './store.ts';
import { createOutboxWorker } from './worker.ts';

export const ADMINISTRATOR = { kind: 'staff', id: 'administrator', roles: ['administrator'] } as const;

/** Hooks that remember what they were told. */
export function remembering(): OutboxHooks & {
  outcomes: Outcome[];
  stale: string[];
  inbound: (ChannelInbound & { routeId: string })[];
} {
  const outcomes: Outcome[] = [];
  const stale: string[] = [];
  const inbound: (ChannelInbound & { routeId: string })[] = [];
  return {
    outcomes,
    stale,
    inbound,
    openChannel,
    onOutcomes: async (_tx, news) => {
      outcomes.push(...news);
    },
    mayLeave: async () => ({ withdraw: [], hold: [], drop: [] }),
    onStale: async (_tx, ids) => {
      stale.push(...ids);
    },
    keepInbound: async (_tx, routeId, message) => {
      inbound.push({ ...message, routeId });
    },
  };
}

/** An SMSC and a route to it. */
export async function withSmsc(platform: TestPlatform, config: Record<string, unknown> = {}) {
  const smsc = await startSmsc({ behaviour: { receiptMilliseconds: -1 } });
  const route = await makeRoute(platform, ADMINISTRATOR, {
    name: `SMSC ${smsc.port}`,
    enabled: true,
    costMillicents: 4200,
    kind: 'smpp',
    config: {
      host: '127.0.0.1',
      port: smsc.port,
      tls: false,
      systemId: 'operator',
      systemType: '',
      sender: 'Lagonet',
      window: 10,
      perSecond: 5000,
      ...config,
    },
    password: 'secret',
  });
  return { smsc, route };
}

/** Queues notices the way the fan-out does; number n goes to +39000…n. Returns their ids in order. */
export async function queueNotices(
  platform: TestPlatform,
  count: number,
  { minutesAgo = 0, validMinutes = 60, body = 'Guasto a Verbania. Prossima notizia alle 18:00.', from = 0 } = {},
): Promise<string[]> {
  return await platform.database.transaction(async (tx) => {
    const [text] = await saveTexts(tx, null, [
      { channel: 'sms', language: 'it', subject: null, body, html: null, parts: 1, coding: 'gsm' },
    ]);
    const now = platform.clock.business().getTime();
    const madeAt = new Date(now - minutesAgo * 60_000);
    const validUntil = new Date(madeAt.getTime() + validMinutes * 60_000);
    const ids = Array.from({ length: count }, () => newId());
    await sql`INSERT INTO outbox (id, kind, channel, address, text_id, notice_made_at, made_at, not_before, valid_until)
      SELECT id, 'notice', 'sms', '+39' || lpad((place + ${from})::text, 9, '0'), ${text?.id ?? null}::uuid, ${madeAt}::timestamptz, ${madeAt}::timestamptz, ${madeAt}::timestamptz, ${validUntil}::timestamptz
      FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS row(id, place)`.execute(tx);
    return ids;
  });
}

export interface OutboxRow {
  id: string;
  state: string;
  attempts: number;
  not_before: Date;
  worker: string | null;
  route_id: string | null;
  last_trouble: string | null;
}

export async function readOutbox(platform: TestPlatform): Promise<OutboxRow[]> {
  const { rows } =
    await sql<OutboxRow>`SELECT id, state, attempts, not_before, worker, route_id, last_trouble FROM outbox ORDER BY id`.execute(
      platform.database.db,
    );
  return rows;
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it never came to be');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export { createOutboxWorker };
