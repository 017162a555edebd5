import type { FastifyRequest } from 'fastify';
import { Failure } from '../platform/errors.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a request that changes something, unless it comes from our own pages (cross-site request forgery). Browsers say where
 * it comes from in Origin on every such request, and in Sec-Fetch-Site where they are new; a request that says neither is refused.
 */
export function requireSameOrigin(
  request: Pick<FastifyRequest, 'method' | 'headers' | 'host'>,
  publicUrl: string,
): void {
  if (SAFE.has(request.method)) return;
  const site = request.headers['sec-fetch-site'];
  const { origin } = request.headers;
  const siteHolds = site === undefined || site === 'same-origin';
  const originHolds = origin === undefined ? site === 'same-origin' : isOurs(origin, request.host, publicUrl);
  if (siteHolds && originHolds) return;
  throw new Failure({
    code: 'cross-origin',
    kind: 'forbidden',
    detail: 'This request does not come from a page of this server.',
    help: 'Use the desk; a script sends the header Origin with the address of this server.',
  });
}

function isOurs(origin: string, host: string, publicUrl: string): boolean {
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  return from.origin === new URL(publicUrl).origin || (host !== '' && from.host === host);
}
