import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Language } from '../../contract/answer.ts';
import type { PageFrame } from '../../contract/customer-page.ts';
import { STYLE } from '../../web/customer/index.ts';
import type { Db } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { negotiateLanguage } from '../status/index.ts';

/** Nothing is fetched and nothing runs: the one style sheet is allowed by its hash, the icon is a data: address, forms go to this server only. */
const policy = (scripts: string): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    'img-src data:',
    ...(scripts ? [`script-src ${scripts}`] : []),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
const PLAIN_POLICY = policy('');
const FORM_POLICY = policy("'self'");

/** What every answer of these pages carries: the address holds a token, so it goes nowhere else and is kept nowhere. */
export const PRIVATE_HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
} as const;

export function sendPage(
  reply: FastifyReply,
  status: number,
  html: string,
  { language, scripts = false, retryAfter }: { language: Language; scripts?: boolean; retryAfter?: number },
): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', String(Math.ceil(retryAfter)));
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .headers({
      ...PRIVATE_HEADERS,
      'content-language': language,
      'content-security-policy': scripts ? FORM_POLICY : PLAIN_POLICY,
    })
    .send(html);
}

/** See other: the next page is fetched anew, so that going back or reloading sends nothing twice. `path` is always one of ours. */
export const seeOther = (reply: FastifyReply, path: string): FastifyReply =>
  reply.headers(PRIVATE_HEADERS).redirect(path, 303);

/** The language that the address asks for; null: none. */
export function askedLanguage(request: Pick<FastifyRequest, 'query'>): Language | null {
  const wanted = (request.query as Record<string, unknown>).lang;
  return wanted === 'it' || wanted === 'en' ? wanted : null;
}

/** What every page needs. Without a language of the case, the browser's. */
export async function frameOf(
  { clock, timeZone }: Platform,
  db: Db,
  request: FastifyRequest,
  ofCase?: Language,
): Promise<PageFrame> {
  const { operator } = await readSettings(db);
  return {
    operator: { name: operator.name, phone: operator.phone },
    language:
      askedLanguage(request) ??
      ofCase ??
      negotiateLanguage(undefined, request.headers['accept-language'], operator.defaultLanguage),
    timeZone,
    now: clock.business().toISOString(),
  };
}
