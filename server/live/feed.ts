import type { FastifyReply, FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import { type Deed, mayDo } from '../../contract/deeds.ts';
import { EVENTS_CHANNEL, lastPosition, type RecordedEvent, readEventsAfter } from '../platform/events.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';

/** Which deed lets somebody see that something about a subject changed. What isn't listed goes to nobody. */
const SEES: Record<string, Deed> = {
  incident: 'incidents:see',
  'alarm-source': 'alarms:see',
  'alarm-rule': 'alarms:see',
  import: 'imports:run',
  route: 'routes:manage',
  outbox: 'notices:see',
  settings: 'incidents:see', // the banner about telling is everybody's; the values are not in the event
  staff: 'staff:see',
  topology: 'network:see',
};

const HEARTBEAT = 15_000;
const MOST_READERS = 2000;

interface Reader {
  roles: readonly string[];
  write(line: string): void;
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
  const epoch = (await sql<{ epoch: string }>`SELECT epoch FROM installation`.execute(db)).rows[0]?.epoch ?? '';
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
          for (const event of events) for (const reader of readers) send(reader, event);
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

  function send(reader: Reader, event: RecordedEvent): void {
    const deed = SEES[event.subjectKind];
    if (!deed || !mayDo(reader.roles, deed)) return;
    reader.write(
      `id: ${epoch}~${event.position}\nevent: change\ndata: ${JSON.stringify({ position: event.position, kind: event.kind, subjectKind: event.subjectKind, subjectId: event.subjectId })}\n\n`,
    );
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
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const reader: Reader = {
      roles: actor.kind === 'staff' ? actor.roles : [],
      // A reader that doesn't keep up is dropped: it comes back with its last id.
      write(line) {
        raw.write(line);
        if (raw.writableLength > 1_000_000) raw.destroy();
      },
    };
    const [theirEpoch, since] = (request.headers['last-event-id'] ?? '').toString().split('~');
    reader.write('retry: 2000\n\n');
    if (since && theirEpoch === epoch) {
      for (let from = since; ; ) {
        const missed = await readEventsAfter(db, from, 500);
        for (const event of missed) send(reader, event);
        if (missed.length < 500) break;
        from = missed.at(-1)?.position ?? from;
      }
    } else {
      reader.write(
        `event: change\ndata: ${JSON.stringify({ kind: 'feed.started', subjectKind: 'feed', subjectId: epoch })}\n\n`,
      );
    }
    readers.add(reader);
    raw.on('close', () => readers.delete(reader));
    setTimeout(() => raw.end(), 15 * 60_000).unref(); // roles and sessions are looked at again when the browser comes back
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
    },
  };
}
