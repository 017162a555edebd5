import type { Language } from '../../contract/answer.ts';
import { renderFeed, renderPage, summarize } from '../../web/status/index.ts';
import { EVENTS_CHANNEL } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { readPublishedStatus } from './store.ts';

export type Document = 'page' | 'feed' | 'summary';

/** After a change the pages are rendered again this soon, once for all the changes of that time. */
const PAUSE_MILLISECONDS = 200;
/** At the latest, for what time alone changes: an expected end that passed, an end of 14 days ago. */
const EVERY_MILLISECONDS = 60_000;

export interface StatusPages {
  /** Renders once, then again whenever something happened. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Renders from the database as it is now. */
  refresh(): Promise<void>;
  /** The snapshot to answer with; rendered now if there is none yet. */
  read(document: Document, language: Language): Promise<Snapshot>;
  readonly defaultLanguage: Language;
}

/** The public pages as snapshots in memory: a storm of visitors never reaches the database. */
export function createStatusPages(platform: Platform): StatusPages {
  const { database, clock, log } = platform;
  const snapshots = new Map<string, Snapshot>();
  let defaultLanguage: Language = 'it';
  let running: Promise<void> | null = null;
  let pause: NodeJS.Timeout | null = null;
  let every: NodeJS.Timeout | null = null;
  let unlisten: (() => Promise<void>) | null = null;

  const render = async (): Promise<void> => {
    const { operator } = await readSettings(database.db);
    const now = clock.business();
    const status = await readPublishedStatus(database.db, {
      operatorName: operator.name,
      operatorPhone: operator.phone,
      publicUrl: platform.publicUrl,
      timeZone: platform.timeZone,
      now,
    });
    defaultLanguage = operator.defaultLanguage;
    for (const language of ['it', 'en'] as const) {
      const view = { status, language, now };
      const keep = async (document: Document, type: string, text: string): Promise<void> => {
        const key = `${document}:${language}`;
        snapshots.set(key, await takeSnapshot(text, type, snapshots.get(key), clock.system()));
      };
      await keep('page', 'text/html; charset=utf-8', renderPage(view));
      await keep('feed', 'application/atom+xml; charset=utf-8', renderFeed(view));
      await keep('summary', 'application/json; charset=utf-8', JSON.stringify(summarize(view)));
    }
  };

  // One at a time, in order: what a call asks for is read after the call.
  const refresh = (): Promise<void> => {
    const next = (running ?? Promise.resolve()).catch(() => {}).then(render);
    running = next;
    return next;
  };

  const refreshQuietly = (): void => {
    refresh().catch((error: Error) => {
      log.error({ problem: error.message }, 'the public pages could not be rendered; the last ones stay');
    });
  };

  const refreshSoon = (): void => {
    pause ??= setTimeout(() => {
      pause = null;
      refreshQuietly();
    }, PAUSE_MILLISECONDS);
  };

  return {
    async start() {
      unlisten = await database.listen(EVENTS_CHANNEL, refreshSoon);
      await refresh();
      every = setInterval(refreshQuietly, EVERY_MILLISECONDS);
      every.unref();
    },
    async stop() {
      if (pause) clearTimeout(pause);
      if (every) clearInterval(every);
      await unlisten?.();
      await running?.catch(() => {});
    },
    refresh,
    async read(document, language) {
      const key = `${document}:${language}`;
      if (!snapshots.has(key)) await refresh();
      const snapshot = snapshots.get(key);
      if (!snapshot) throw new Error(`no snapshot of ${key} after rendering`);
      return snapshot;
    },
    get defaultLanguage() {
      return defaultLanguage;
    },
  };
}
