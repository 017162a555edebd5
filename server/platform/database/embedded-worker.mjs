// The embedded engine lives in a worker thread, so that a long statement never stops the HTTP server's event loop.
// Protocol: { query: Uint8Array } in, { answer: Uint8Array } out (PostgreSQL wire bytes, both ways); { close: true } ends it.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';

if (!parentPort) throw new Error('embedded-worker.mjs runs only as a worker thread');
const port = parentPort;
try {
  const engine = await PGlite.create(workerData.folder, { extensions: { pg_trgm, unaccent } });
  port.postMessage({ ready: true });
  port.on('message', async (message) => {
    if (message.close) {
      await engine.close();
      port.postMessage({ closed: true });
      return;
    }
    try {
      const answer = await engine.execProtocolRaw(message.query, { syncToFs: false });
      const own = answer.slice();
      port.postMessage({ answer: own }, [own.buffer]);
    } catch (error) {
      port.postMessage({ failed: String(error) });
    }
  });
} catch (error) {
  port.postMessage({ failed: String(error) });
}
