import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Done, PageFrame, Trouble } from '../../contract/customer-page.ts';
import { renderPlain } from '../../web/customer/index.ts';
import type { Tx } from '../platform/database/database.ts';
import { Failure } from '../platform/errors.ts';
import { type Limit, limitedAddress, takeFromLimits, tooMany } from '../platform/rate-limit.ts';
import { hashToken } from '../platform/secrets.ts';
import { type Form, isFirst } from './forms.ts';
import { type OpenLink, openLink } from './open-link.ts';
import type { CustomerPagePorts } from './ports.ts';
import { askedLanguage, frameOf, seeOther, sendPage } from './send.ts';

const HOUR = 3600;
/** What one link may write, as far as somebody types with their own hands. */
const BY_LINK: readonly Limit[] = [
  { uses: 30, seconds: HOUR },
  { uses: 100, seconds: 24 * HOUR },
];
/** Links that don't exist, from one address: 128 bits are not guessed, but nobody needs to try. */
const UNKNOWN_LINKS: readonly Limit[] = [{ uses: 30, seconds: 600 }];

export interface TokenParams {
  Params: { token: string };
}

/** A deed on the page was refused for something that whoever filled the form can put right. */
export class FormTrouble extends Error {
  readonly trouble: Trouble;
  constructor(trouble: Trouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

/** Opens the page's link, or answers with what is to be said instead; null: answered. */
export async function openOrAnswer(
  ports: CustomerPagePorts,
  request: FastifyRequest<TokenParams>,
  reply: FastifyReply,
): Promise<OpenLink | null> {
  const { platform } = ports;
  const { db } = platform.database;
  const found = await openLink(platform, db, request.params.token);
  if (found.kind === 'open') return found;
  const frame = await frameOf(platform, db, request);
  if (found.kind === 'unknown') {
    const taken = await takeFromLimits(db, platform.clock, `unknown links ${limitedAddress(request)}`, UNKNOWN_LINKS);
    if (!taken.allowed) sendMany(reply, frame, taken.retryAfter);
    else sendPage(reply, 404, renderPlain(frame, 'unknown'), frame);
  } else if (found.kind === 'not-allowed') sendPage(reply, 403, renderPlain(frame, 'not-allowed'), frame);
  else sendPage(reply, 410, renderPlain(frame, 'expired', { path: `/c/${found.token}` }), frame);
  return null;
}

export const sendMany = (reply: FastifyReply, frame: PageFrame, retryAfter: number): FastifyReply =>
  sendPage(reply, 429, renderPlain(frame, 'many', { retryAfter }), { language: frame.language, retryAfter });

/**
 * Does what a form asks for, once, in one transaction, and leads back to the page. `deed` returns what is said on top, or throws `FormTrouble`; `refuse` shows the
 * form again with what is wrong.
 */
export async function act(
  ports: CustomerPagePorts,
  request: FastifyRequest<TokenParams>,
  reply: FastifyReply,
  open: OpenLink,
  form: Form,
  deed: (tx: Tx) => Promise<Done>,
  refuse: (trouble: Trouble, retryAfter?: number) => Promise<FastifyReply>,
  whenRepeated: Done,
): Promise<FastifyReply> {
  const { platform } = ports;
  try {
    const done = await platform.database.transaction(async (tx) => {
      if (!(await isFirst(tx, platform, hashToken(open.token), form))) return whenRepeated;
      await countPress(tx, ports, open);
      return await deed(tx);
    });
    return seeOther(reply, pathOf(request, open.token, `done=${done}`));
  } catch (error) {
    const trouble = troubleOf(error);
    if (!trouble) throw error;
    return await refuse(trouble.what, trouble.retryAfter);
  }
}

/** Counts one press against what a link may write. Throws `too-many`. */
export async function countPress(tx: Tx, { platform }: CustomerPagePorts, open: OpenLink): Promise<void> {
  const taken = await takeFromLimits(tx, platform.clock, `page ${hashToken(open.token)}`, BY_LINK);
  if (!taken.allowed) throw tooMany(taken.retryAfter);
}

/** The page of a case, with the language that was asked for. */
export function pathOf(request: Pick<FastifyRequest, 'query'>, token: string, query = '', page = ''): string {
  const language = askedLanguage(request);
  const parts = [language ? `lang=${language}` : '', query].filter(Boolean).join('&');
  return `/c/${token}${page}${parts ? `?${parts}` : ''}`;
}

/** What the page says of a refusal; null: it is a fault of ours. */
export function troubleOf(error: unknown): { what: Trouble; retryAfter?: number } | null {
  if (error instanceof FormTrouble) return { what: error.trouble };
  if (!(error instanceof Failure)) return null;
  if (error.kind === 'too-many') return { what: 'too-many', retryAfter: Number(error.facts?.retryAfter ?? 60) };
  if (error.code === 'code-country' || error.code === 'code-channel') return { what: 'address-country' };
  if (error.code === 'code-unverified') return { what: 'nowhere' };
  if (error.code === 'delegation-dates') return { what: 'dates' };
  if (error.code === 'scopes') return { what: 'scopes' };
  if (error.kind === 'conflict' || error.kind === 'forbidden' || error.kind === 'invalid') return { what: 'not-now' };
  return null;
}

/** The HTTP status of a page that shows what is wrong. */
export const statusOf = (trouble: Trouble): number =>
  trouble === 'too-many' ? 429 : trouble === 'not-now' ? 409 : trouble === 'file-large' ? 413 : 422;
