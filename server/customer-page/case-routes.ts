import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { DONE, type Done, type Trouble } from '../../contract/customer-page.ts';
import { renderCase, renderPlain } from '../../web/customer/index.ts';
import {
  addMessage,
  askForCall,
  cancelCase,
  caseLink,
  chooseChannel,
  confirmFix,
  denyFix,
  type IncomingMessage,
} from '../cases/index.ts';
import { contactPointsOf, loadParty, normalisePhone } from '../customers/index.ts';
import { storeBlob } from '../platform/blobs.ts';
import type { Tx } from '../platform/database/database.ts';
import type { Http } from '../platform/http.ts';
import { type Limit, limitedAddress, takeFromLimits } from '../platform/rate-limit.ts';
import { readSettings } from '../settings/index.ts';
import { act, FormTrouble, openOrAnswer, pathOf, sendMany, statusOf, type TokenParams } from './act.ts';
import { type Form, readForm, wordsOf } from './forms.ts';
import { sendLink } from './letters.ts';
import { type OpenLink, openLink } from './open-link.ts';
import type { CustomerPagePorts } from './ports.ts';
import { factsOf } from './present.ts';
import { frameOf, seeOther, sendPage } from './send.ts';

const PUBLIC = { access: 'public' } as const;
const DAY = 86_400;
/** Fresh links to one address, and for everybody from one place. */
const RENEWALS: readonly Limit[] = [
  { uses: 2, seconds: 3600 },
  { uses: 4, seconds: DAY },
];
const RENEWALS_FROM: readonly Limit[] = [{ uses: 10, seconds: 3600 }];
const RENEWALS_BY_ALL: readonly Limit[] = [{ uses: 500, seconds: 3600 }];

const schema = { params: Type.Object({ token: Type.String({ maxLength: 100 }) }) };

/** What changes from press to press, so that each rendered form is acted on once. */
export const newOnce = (): string => randomBytes(9).toString('base64url');

/** The page of a case and what can be pressed there without a code. A GET (or a HEAD of a scanner) never does anything. */
export function caseRoutes(http: Http, ports: CustomerPagePorts): void {
  const { platform } = ports;
  const { db } = platform.database;

  http.get('/c/:token', { config: PUBLIC, schema }, async (request, reply) => {
    const open = await openOrAnswer(ports, request, reply);
    if (!open) return reply;
    const { done, page } = request.query as Record<string, unknown>;
    return await showCase(ports, request, reply, open, {
      done: DONE.find((one) => one === done) ?? null,
      page: typeof page === 'string' && /^\d{1,4}$/.test(page) ? Number(page) : 1,
    });
  });

  /** A form of the page: reads it, does it, leads back. */
  const press = (
    path: string,
    may: keyof OpenLink['may'],
    whenRepeated: Done,
    deed: (tx: Tx, open: OpenLink, form: Form) => Promise<Done>,
    field = 'words',
  ): void => {
    http.post(`/c/:token/${path}`, { config: PUBLIC, schema }, async (request, reply) => {
      const open = await openOrAnswer(ports, request, reply);
      if (!open) return reply;
      const refuse = async (trouble: Trouble, retryAfter?: number, form?: Form): Promise<FastifyReply> => {
        const now = await openLink(platform, db, open.token);
        return await showCase(ports, request, reply, now.kind === 'open' ? now : open, {
          trouble: { what: trouble, typed: form?.fields[field] ?? '', retryAfter },
        });
      };
      if (!open.may[may]) return await refuse('not-now');
      const form = await readForm(request, ports);
      return await act(
        ports,
        request,
        reply,
        open,
        form,
        (tx) => deed(tx, open, form),
        (trouble, retryAfter) => refuse(trouble, retryAfter, form),
        whenRepeated,
      );
    });
  };

  press('answer', 'answer', 'works', async (tx, open, form) => {
    const { words, trouble } = wordsOf(form, 'words');
    if (trouble) throw new FormTrouble(trouble);
    if (form.fields.works === 'yes') {
      await confirmFix(tx, ports.cases, open.actor, open.view.id, words);
      return words === '' ? 'works' : 'works-words';
    }
    if (form.fields.works !== 'no') throw new FormTrouble('empty');
    await denyFix(tx, ports.cases, open.actor, open.view.id, words);
    return 'works-not';
  });

  press(
    'messages',
    'write',
    'message',
    async (tx, open, form) => {
      const { words, trouble } = wordsOf(form);
      if (trouble) throw new FormTrouble(trouble);
      if (words === '' && form.files.length === 0) throw new FormTrouble('empty');
      await addMessage(tx, ports.cases, open.actor, open.view.id, await messageOf(tx, ports, open, form, words));
      return 'message';
    },
    'text',
  );

  press('call', 'call', 'call', async (tx, open, form) => {
    const { operator } = await readSettings(tx);
    const given = (form.fields.phone ?? '').trim();
    const phone = given === '' ? null : normalisePhone(given, operator.country);
    if (given !== '' && phone === null) throw new FormTrouble('address-wrong');
    const words = (form.fields.words ?? '').trim().slice(0, 500);
    await askForCall(tx, ports.cases, open.actor, open.view.id, { phone, words });
    return 'call';
  });

  press('cancel', 'cancel', 'cancelled', async (tx, open, form) => {
    await cancelCase(tx, ports.cases, open.actor, open.view.id, (form.fields.words ?? '').trim().slice(0, 500));
    return 'cancelled';
  });

  press('channel', 'manage', 'channel', async (tx, open, form) => {
    const chosen = form.fields.answeredAt ?? '';
    const contactPointId = chosen === '' ? null : chosen;
    if (contactPointId !== null) {
      const own = await contactPointsOf(tx, open.view.partyId);
      if (!own.some(({ id, ended_at }) => id === contactPointId && !ended_at)) throw new FormTrouble('nowhere');
    }
    const language =
      form.fields.language === 'it' || form.fields.language === 'en' ? form.fields.language : open.view.language;
    await chooseChannel(tx, ports.cases, open.actor, open.view.id, { contactPointId, language });
    return 'channel';
  });

  http.post('/c/:token/renew', { config: PUBLIC, schema }, async (request, reply) => {
    const frame = await frameOf(platform, db, request);
    const from = await takeFromLimits(db, platform.clock, `renewals from ${limitedAddress(request)}`, RENEWALS_FROM);
    if (!from.allowed) return sendMany(reply, frame, from.retryAfter);
    await renew(ports, request.params.token);
    return seeOther(reply, `/contact/renewed?lang=${frame.language}`);
  });

  // Says the same whatever became of it: whether a link was ours is nobody's business.
  http.get('/contact/renewed', { config: PUBLIC }, async (request, reply) => {
    const frame = await frameOf(platform, db, request);
    return sendPage(reply, 200, renderPlain(frame, 'renewed'), frame);
  });
}

/** Shows the page, now with what was done or what is wrong. */
async function showCase(
  ports: CustomerPagePorts,
  request: FastifyRequest<TokenParams>,
  reply: FastifyReply,
  open: OpenLink,
  what: { done?: Done | null; page?: number; trouble?: { what: Trouble; typed: string; retryAfter?: number } },
): Promise<FastifyReply> {
  const { platform } = ports;
  const { db } = platform.database;
  const frame = await frameOf(platform, db, request, open.view.language);
  const hidden = frame.language === 'it' ? '[importo nascosto]' : '[amount hidden]';
  const html = renderCase({
    frame,
    facts: await factsOf(ports, db, open, frame, hidden),
    path: pathOf({ query: {} }, open.token),
    once: newOnce(),
    page: what.page ?? 1,
    done: what.done ?? null,
    trouble: what.trouble ?? null,
  });
  return sendPage(reply, what.trouble ? statusOf(what.trouble.what) : 200, html, {
    language: frame.language,
    retryAfter: what.trouble?.retryAfter,
  });
}

/** What was written on the page, as cases take it. */
async function messageOf(
  tx: Tx,
  { platform }: CustomerPagePorts,
  open: OpenLink,
  form: Form,
  words: string,
): Promise<IncomingMessage> {
  const now = platform.clock.business();
  const attachments: IncomingMessage['attachments'][number][] = [];
  for (const { content, ...file } of form.files)
    attachments.push({ ...file, blobId: content ? (await storeBlob(tx, content, now)).id : null });
  return {
    channel: 'web',
    partyId: open.link.partyId,
    contactPointId: open.link.contactPointId,
    claim: false,
    language: open.view.language,
    subject: null,
    body: words,
    quoted: null,
    html: null,
    inboundId: null,
    mailId: null,
    attachments,
  };
}

/** A fresh link for an old one, to the address that the old one went to. Silent about whether it did anything. */
async function renew(ports: CustomerPagePorts, token: string): Promise<void> {
  const { platform } = ports;
  const found = await openLink(platform, platform.database.db, token);
  if (found.kind !== 'expired' || !found.link.contactPointId) return;
  const { link } = found;
  await platform.database.transaction(async (tx) => {
    const party = await loadParty(tx, link.partyId);
    const points = await contactPointsOf(tx, link.partyId);
    const point = points.find(({ id, ended_at }) => id === link.contactPointId && !ended_at);
    if (!point || !party || point.channel === 'pec') return;
    const taken = await takeFromLimits(tx, platform.clock, `renewals to ${point.channel} ${point.address}`, RENEWALS);
    const all = await takeFromLimits(tx, platform.clock, 'renewals by all', RENEWALS_BY_ALL);
    if (!taken.allowed || !all.allowed) return;
    const fresh = await caseLink(tx, ports.cases, link.caseId, link.partyId, point.id);
    await sendLink(tx, platform, {
      channel: point.channel,
      to: point.address,
      language: party.language,
      token: fresh,
      about: { kind: 'renewed' },
    });
  });
}
