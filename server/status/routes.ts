import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { STYLE } from '../../web/status/index.ts';
import type { Http } from '../platform/http.ts';
import { negotiateLanguage } from './rules.ts';
import { chooseCoding, isFresh } from './snapshot.ts';
import type { Document, StatusPages } from './status-pages.ts';

/** Nothing runs and nothing is fetched: the one style sheet is allowed by its hash, the icon is a data: address. */
const STATUS_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The public status: page, Statuspage-shaped summary, feed; and the front door, which leads there. */
export function statusRoutes(http: Http, pages: StatusPages): void {
  const config = { access: 'public' } as const;
  http.get('/', { config }, async (_, reply) =>
    reply.header('cache-control', 'public, max-age=300').redirect('/status', 302),
  );
  http.get('/status', { config }, (request, reply) => answer(pages, 'page', request, reply));
  http.get('/status/feed.atom', { config }, (request, reply) => answer(pages, 'feed', request, reply));
  http.get('/status/api/v2/summary.json', { config }, (request, reply) => answer(pages, 'summary', request, reply));
}

async function answer(
  pages: StatusPages,
  document: Document,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const wanted = (request.query as Record<string, unknown>).lang;
  const language = negotiateLanguage(
    typeof wanted === 'string' ? wanted : undefined,
    request.headers['accept-language'],
    pages.defaultLanguage,
  );
  const snapshot = await pages.read(document, language);
  const coding = chooseCoding(
    typeof request.headers['accept-encoding'] === 'string' ? request.headers['accept-encoding'] : undefined,
  );
  reply
    .header('cache-control', 'public, max-age=15, stale-while-revalidate=60, stale-if-error=600')
    .header('vary', 'Accept-Encoding, Accept-Language')
    .header('etag', snapshot.etags[coding])
    .header('last-modified', snapshot.modifiedAt.toUTCString())
    .header('content-language', language)
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer');
  if (document === 'page') reply.header('content-security-policy', STATUS_POLICY);
  else reply.header('access-control-allow-origin', '*'); // public facts that other pages may show
  if (isFresh(snapshot, request.headers)) return reply.code(304).send();
  if (coding !== 'identity') reply.header('content-encoding', coding);
  return reply.type(snapshot.type).send(snapshot.bodies[coding]);
}
