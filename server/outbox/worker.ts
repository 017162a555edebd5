import { Failure } from '../platform/errors.ts';
import { EVENTS_CHANNEL, recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { endDoubtsByTime } from './in-doubt.ts';
import { SendJournal } from './journal.ts';
import type { OutboxHooks } from './outbox.ts';
import { forgetOldReceiptKeys, matchEarlyReceipts } from './receipts.ts';
import { recoverDeadWorkers } from './recover.ts';
import { LEASE_MILLISECONDS, RouteRunner } from './route-runner.ts';
import { readRoutes, type StoredRoute, writeRouteState } from './route-store.ts';
import { renewLeases } from './store.ts';

/** How often, in milliseconds: without a wake-up rows are looked for, and routes, leases, receipts and doubts are looked after. */
const POLL_MILLISECONDS = 500;
const CARE_MILLISECONDS = 2000;
const HOUSEKEEPING_MILLISECONDS = 60_000;

export interface OutboxWorker {
  readonly id: string;
  /** Settles what dead workers left behind, then sends by every enabled route until `stop`. */
  start(): Promise<void>;
  /** Waits briefly for answers that are due; what waits goes back to the queue. */
  stop(): Promise<void>;
  /** Rows were queued or routes changed: look now. */
  wake(): void;
}

/** The worker that sends what is in the outbox. Several may run, on several machines. */
export function createOutboxWorker(platform: Platform, hooks: OutboxHooks): OutboxWorker {
  return new Worker(platform, hooks);
}

class Worker implements OutboxWorker {
  readonly id = newId();
  readonly #platform: Platform;
  readonly #hooks: OutboxHooks;
  readonly #runners = new Map<string, { runner: RouteRunner; made: string }>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #busy = new Map<string, Promise<void>>();
  #journal: SendJournal | null = null;
  #unlisten: (() => Promise<void>) | null = null;
  #states: Promise<void> = Promise.resolve();
  #refreshing: Promise<void> | null = null;
  #refreshAgain = false;
  #stopping = false;
  #renewedAt = 0;

  constructor(platform: Platform, hooks: OutboxHooks) {
    this.#platform = platform;
    this.#hooks = hooks;
  }

  async start(): Promise<void> {
    this.#stopping = false;
    await recoverDeadWorkers(this.#platform, this.#hooks.onOutcomes, this.id);
    this.#journal = new SendJournal(this.#platform.dataFolder, this.id);
    this.#unlisten = await this.#platform.database.listen(EVENTS_CHANNEL, () => this.wake());
    await this.#refreshRoutes();
    this.#every(POLL_MILLISECONDS, 'poll', async () => {
      for (const { runner } of this.#runners.values()) runner.wake();
    });
    this.#every(CARE_MILLISECONDS, 'care', async () => await this.#care());
    this.#every(HOUSEKEEPING_MILLISECONDS, 'housekeeping', async () => await this.#housekeeping());
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    await this.#unlisten?.();
    await this.#refreshing;
    await Promise.all([...this.#runners.values()].map(async ({ runner }) => await runner.stop()));
    this.#runners.clear();
    await Promise.all(this.#busy.values());
    await this.#states;
    this.#journal?.close();
    this.#journal = null;
  }

  wake(): void {
    if (this.#stopping) return;
    for (const { runner } of this.#runners.values()) runner.wake();
    void this.#refreshRoutes();
  }

  /** Runs `work` now and then, never twice at once; trouble is logged and the next time tries again. */
  #every(milliseconds: number, name: string, work: () => Promise<void>): void {
    const timer = setInterval(() => {
      if (this.#busy.has(name) || this.#stopping) return;
      const running = work()
        .catch((error: Error) => this.#platform.log.error({ problem: error.message }, `the outbox's ${name} failed`))
        .finally(() => this.#busy.delete(name));
      this.#busy.set(name, running);
    }, milliseconds);
    this.#timers.push(timer);
  }

  async #care(): Promise<void> {
    const { clock, database } = this.#platform;
    await this.#refreshRoutes();
    const now = clock.system().getTime();
    if (now - this.#renewedAt >= LEASE_MILLISECONDS / 4) {
      const leaseUntil = new Date(now + LEASE_MILLISECONDS);
      await renewLeases(database.db, this.id, leaseUntil);
      for (const { runner } of this.#runners.values()) runner.extendLeases(leaseUntil);
      this.#renewedAt = now;
    }
    await matchEarlyReceipts(this.#platform, this.#hooks.onOutcomes);
    await recoverDeadWorkers(this.#platform, this.#hooks.onOutcomes, this.id);
    await endDoubtsByTime(this.#platform, this.#hooks.onOutcomes);
  }

  async #housekeeping(): Promise<void> {
    while (!this.#stopping && (await forgetOldReceiptKeys(this.#platform)) > 0);
  }

  /** Starts, restarts and stops runners so that they are those of the enabled routes. Calls that come meanwhile are one more round. */
  async #refreshRoutes(): Promise<void> {
    if (this.#refreshing) {
      this.#refreshAgain = true;
      return await this.#refreshing;
    }
    this.#refreshing = (async () => {
      do {
        this.#refreshAgain = false;
        await this.#takeUpRoutes();
      } while (this.#refreshAgain && !this.#stopping);
    })()
      .catch((error: Error) => this.#platform.log.error({ problem: error.message }, 'the routes could not be read'))
      .finally(() => {
        this.#refreshing = null;
      });
    await this.#refreshing;
  }

  async #takeUpRoutes(): Promise<void> {
    const journal = this.#journal;
    if (this.#stopping || !journal) return;
    const enabled = (await readRoutes(this.#platform.database.db)).filter((route) => route.enabled);
    const wanted = new Map(enabled.map((route) => [route.id, { route, made: fingerprint(route) }]));
    for (const [id, { runner, made }] of this.#runners) {
      if (wanted.get(id)?.made === made) continue;
      this.#runners.delete(id);
      await runner.stop();
      this.#noteState(id, 'unknown', null);
    }
    for (const { route, made } of wanted.values()) {
      if (this.#runners.has(route.id) || this.#stopping) continue;
      const runner = new RouteRunner(this.#platform, this.#hooks, journal, route, (state, reason) =>
        this.#noteState(route.id, state, reason),
      );
      this.#runners.set(route.id, { runner, made });
      try {
        runner.start();
      } catch (error) {
        this.#noteState(route.id, 'down', error instanceof Failure ? error.detail : 'the route cannot be opened');
      }
    }
  }

  /** In the order in which it happened; an event when up or down changed. */
  #noteState(routeId: string, state: 'up' | 'down' | 'unknown', reason: string | null): void {
    const { clock, database, log } = this.#platform;
    this.#states = this.#states
      .then(async () => {
        await database.transaction(async (tx) => {
          const changed = await writeRouteState(tx, routeId, state, reason, clock.business());
          if (!changed || state === 'unknown') return;
          await recordEvents(tx, clock, { kind: 'rule', name: 'outbox' }, [
            { kind: `route.${state}`, subjectKind: 'route', subjectId: routeId, data: reason ? { reason } : {} },
          ]);
        });
      })
      .catch((error: Error) => log.error({ problem: error.message }, 'the state of a route could not be stored'));
  }
}

/** What makes a running channel out of date. */
const fingerprint = (route: StoredRoute): string => JSON.stringify([route.kind, route.config, route.sealedPassword]);
