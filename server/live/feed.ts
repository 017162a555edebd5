import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Deed, mayDo } from '../../contract/deeds.ts';
import { EVENTS_CHANNEL, lastPosition, type RecordedEvent, readEventsAfter } from '../platform/events.ts';
import { actorOf, type Http } from '../platform/http.ts';
import { readEpoch } from '../platform/installation.ts';
import type { Platform } from '../platform/platform.ts';

/** Which deed lets somebody see that something about a subject changed. What isn't listed goes to nobody. */
const SEES: Record<string, Deed> = {
  incident: 'incidents:see',
  // Not partners: they would learn of cases that were never handed to them.
  case: 'cases:work',
  'alarm-source': 'alarms:see',
  'alarm-rule': 'alarms:see',
  import: 'imports:run',
  route: 'routes:manage',
  outbox: 'notices:see',
  settings: 'incidents:see', // the banner about telling is everybody's; the values are not in the event
  staff: 'staff:see',
  topology: 'network:see',
  mailbox: 'settings:see',
  inbound: 'cases:work',
  team: 'cases:work',
  lexicon: 'cases:work',
};

const HEARTBEAT = 15_000;
const MOST_READERS = 2000;
/** Events kept for a reader that is still being given what it missed. */
const MOST_WAITING = 10_000;
/** Roles and sessions are looked at again when the browser comes back. */
const LONGEST_VISIT = 15 * 60_000;

/** Opaque for browsers; here a transaction and a number within it. */
const POSITION = /^\d{1,18}\.\d{1,18}$/;

interface Reader {
  roles: readonly string[];
  /** The last event that it was given or may not see. */
  position: string;
  /** What came while it is still being given what it missed; null afterwards. */
  waiting: RecordedEvent[] | null;
  write(line: string): void;
  end(): void;
}

/**
 * The live feed of the desk (`/api/v1/events`, server-sent events): what changed, by id, never the content. Resumable with `Last-Event-ID`; the id is
 * `epoch~position`. One reading of the database serves all browsers. `figuresChannel` is notified with the id of an incident whose counts changed.
 */
export async function createLiveFeed(
  platform: Platform,
  figuresChannel: string,
): Promise<{ routes(http: Http): void; stop(): Promise<void> }> {
  const { db } = platform.database;
  const epoch = await readEpoch(db);
  const readers = new Set<Reader>();
  let position = await lastPosition(db);
  let reading = false;
  let again = false;

  async function read(): Promise<void> {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      do {
        again = false;
        for (;;) {
          const events = await readEventsAfter(db, position, 500);
          for (const event of events) for (const reader of readers) hand(reader, event);
          position = events.at(-1)?.position ?? position;
          if (events.length < 500) break;
        }
      } while (again);
    } catch (error) {
      platform.log.warn(
        { problem: String(error) },
        'the live feed could not read events; it goes on with the next one',
      );
    } finally {
      reading = false;
    }
  }

  /** Each event once to each reader, in order: a browser that resumes is often ahead of or behind what is read for all. */
  function send(reader: Reader, event: RecordedEvent): void {
    if (!isAfter(event.position, reader.position)) return;
    reader.position = event.position;
    const deed = SEES[event.subjectKind];
    if (!deed || !mayDo(reader.roles, deed)) return;
    reader.write(
      `id: ${epoch}~${event.position}\nevent: change\ndata: ${JSON.stringify({ position: event.position, kind: event.kind, subjectKind: event.subjectKind, subjectId: event.subjectId })}\n\n`,
    );
  }

  function hand(reader: Reader, event: RecordedEvent): void {
    if (!reader.waiting) send(reader, event);
    else if (reader.waiting.push(event) > MOST_WAITING) reader.end(); // it comes back with its last id
  }

  /** Gives a reader what it missed since the position that it named, then what came meanwhile. */
  async function resume(reader: Reader): Promise<void> {
    for (let full = true; full && readers.has(reader); ) {
      const missed = await readEventsAfter(db, reader.position, 500);
      for (const event of missed) send(reader, event);
      full = missed.length === 500;
    }
    for (const event of reader.waiting ?? []) send(reader, event);
    reader.waiting = null;
  }

  const changed = new Set<string>();
  const stopEvents = await platform.database.listen(EVENTS_CHANNEL, () => void read());
  const stopFigures = await platform.database.listen(figuresChannel, (id) => changed.add(id));
  // Counts change thousands of times in a fan-out: twice a second is live enough. Events behind an open transaction are found here too.
  const figures = setInterval(() => {
    for (const id of changed) {
      const line = `event: change\ndata: ${JSON.stringify({ kind: 'notices.changed', subjectKind: 'incident', subjectId: id })}\n\n`;
      for (const reader of readers) if (mayDo(reader.roles, 'incidents:see')) reader.write(line);
    }
    changed.clear();
    if (readers.size > 0) void read();
  }, 500);
  const heartbeat = setInterval(() => {
    for (const reader of readers) reader.write(': alive\n\n');
  }, HEARTBEAT);

  async function open(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const actor = actorOf(request);
    if (readers.size >= MOST_READERS) {
      await reply.code(503).header('retry-after', '10').send();
      return;
    }
    reply.hijack();
    const { raw } = reply;
    if (raw.destroyed) return; // left while its session was looked up
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const [theirEpoch, since = ''] = (request.headers['last-event-id'] ?? '').toString().split('~');
    const resumes = theirEpoch === epoch && POSITION.test(since);
    const reader: Reader = {
      roles: actor.kind === 'staff' ? actor.roles : [],
      position: resumes ? since : position,
      waiting: resumes ? [] : null,
      // A reader that doesn't keep up is dropped: it comes back with its last id.
      write(line) {
        if (raw.destroyed || raw.writableEnded) return;
        raw.write(line);
        if (raw.writableLength > 1_000_000) raw.destroy();
      },
      end() {
        readers.delete(reader);
        raw.end();
      },
    };
    const visit = setTimeout(() => reader.end(), LONGEST_VISIT).unref();
    // Before anything is awaited: whoever leaves meanwhile is forgotten, and what happens meanwhile is kept.
    raw.on('close', () => {
      clearTimeout(visit);
      readers.delete(reader);
    });
    readers.add(reader);
    reader.write('retry: 2000\n\n');
    if (!resumes) {
      reader.write(
        `event: change\ndata: ${JSON.stringify({ kind: 'feed.started', subjectKind: 'feed', subjectId: epoch })}\n\n`,
      );
      return;
    }
    try {
      await resume(reader);
    } catch (error) {
      platform.log.warn(
        { problem: String(error) },
        'a reader of the live feed was not given what it missed; it tries again',
      );
      raw.destroy();
    }
  }

  return {
    routes(http) {
      http.get('/api/v1/events', { config: { access: 'staff' } }, open);
    },
    async stop() {
      clearInterval(figures);
      clearInterval(heartbeat);
      await stopEvents();
      await stopFigures();
      for (const reader of readers) reader.end();
    },
  };
}

function isAfter(one: string, other: string): boolean {
  const [transaction = '0', number = '0'] = one.split('.');
  const [otherTransaction = '0', otherNumber = '0'] = other.split('.');
  if (transaction !== otherTransaction) return BigInt(transaction) > BigInt(otherTransaction);
  return BigInt(number) > BigInt(otherNumber);
}
