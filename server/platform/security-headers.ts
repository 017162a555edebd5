import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Http } from './http.ts';

const POLICY = {
  'default-src': "'self'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
};

const written = (policy: Record<string, string>): string =>
  Object.entries(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');

const STRICT = written(POLICY);
// The desk's components (Mantine) set style attributes and insert style elements; scripts stay strict there too.
const DESK = written({ ...POLICY, 'style-src': "'self' 'unsafe-inline'" });

/** What pages may ask of the device: nothing. */
const PERMISSIONS =
  'camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), browsing-topics=()';

/**
 * Sets on every answer what a browser may do with it. A route may set a stricter or other header of its own before;
 * it is then left alone. `publicUrl` that begins with https also pins https (RFC 6797).
 */
export function securityHeaders(http: Http, { publicUrl }: { publicUrl: string }): void {
  const https = publicUrl.startsWith('https:');
  http.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const desk = path === '/desk' || path.startsWith('/desk/');
    const headers: Record<string, string> = {
      'content-security-policy': desk ? DESK : STRICT,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': PERMISSIONS,
      ...(https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
      ...(path.startsWith('/api/') ? { 'cache-control': 'no-store' } : {}),
    };
    for (const [name, value] of Object.entries(headers)) if (!reply.hasHeader(name)) reply.header(name, value);
  });
}
