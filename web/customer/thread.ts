import type { PageFrame, ThreadKnot, Viewer } from '../../contract/customer-page.ts';
import { type Markup, markup } from '../status/markup.ts';
import { type MessageKey, say, sayBy, shortTime, WORDS } from './say.ts';

/** A page of the thread stays small on a poor connection: so many knots, and so much of each text. */
const KNOTS = 12;
const LONGEST_TEXT = 1200;

export interface ThreadView {
  frame: PageFrame;
  viewer: Viewer;
  /** The page of the case. */
  path: string;
}

/** What happened, newest first: each knot one thing. `page` counts from 1. */
export function renderThread(knots: readonly ThreadKnot[], page: number, view: ThreadView): Markup {
  const { language } = view.frame;
  const newestFirst = [...knots].reverse();
  const pages = Math.max(1, Math.ceil(newestFirst.length / KNOTS));
  const shown = Math.min(Math.max(1, page), pages);
  const link = (to: number, key: MessageKey): Markup =>
    markup`<a href="${view.path}?lang=${language}&page=${to}#thread">${say(language, key)}</a>`;
  return markup`<section class="card" id="thread"><h2>${say(language, 'thread.title')}</h2>
<ol class="thread">${newestFirst.slice((shown - 1) * KNOTS, shown * KNOTS).map((knot) => renderKnot(knot, view))}</ol>
${pages > 1 && markup`<div class="pages"><span>${shown > 1 && link(shown - 1, 'thread.newer')}</span><span>${shown < pages && link(shown + 1, 'thread.older')}</span></div>`}</section>
`;
}

function renderKnot(knot: ThreadKnot, view: ThreadView): Markup {
  const { frame } = view;
  const { language } = frame;
  const when = markup`<time class="when" datetime="${knot.at}">${shortTime(knot.at, frame)}</time>`;
  if (knot.what === 'promise')
    return markup`<li class="${knot.state}"><b>${say(language, `knot.promise.${knot.state}`)}</b>${when}<p class="note">${say(language, 'knot.promise.words', { what: promiseName(knot.kind, language), by: sayBy(knot.dueAt, frame) })}</p></li>`;
  if (knot.what === 'step') {
    const values = { team: knot.team ?? 'none', person: knot.person ?? 'none' };
    const more = `knot.${knot.step}.words` as MessageKey;
    return markup`<li><b>${say(language, `knot.${knot.step}`, values)}</b>${when}${more in WORDS[language] && markup`<p class="note">${say(language, more)}</p>`}</li>`;
  }
  const mine = knot.who === 'customer' || knot.who === 'delegate';
  const cut = knot.body.length > LONGEST_TEXT;
  return markup`<li class="${mine ? 'mine' : 'ours'}"><b>${author(knot, view)}</b><span class="when">${when} · ${say(language, `channel.${knot.channel}`)}${knot.sent && ` · ${say(language, `sent.${knot.sent}`)}`}</span>
<p class="body">${cut ? `${knot.body.slice(0, LONGEST_TEXT)}…` : knot.body}</p>${cut && markup`<p class="note">${say(language, 'thread.more')}</p>`}${
    knot.attachments.length > 0 &&
    markup`<ul class="files">${knot.attachments.map(({ id, name, size, lost }) => markup`<li>${lost ? markup`<span>${say(language, 'attachment.lost', { name })}</span>` : markup`<a href="${view.path}/files/${id}" download>${name}</a> <span class="when">${saySize(size, language)}</span>`}</li>`)}</ul>`
  }</li>`;
}

function author(
  { who, name }: Extract<ThreadKnot, { what: 'message' }>,
  { frame: { language, operator }, viewer }: ThreadView,
): string {
  const values = { name: name ?? 'none', operator: operator.name };
  if (who === 'customer' && viewer.as === 'delegate')
    return say(language, 'who.customer.named', { name: viewer.forName });
  if (who === 'delegate' && viewer.as === 'delegate') return say(language, 'who.delegate.own');
  return say(language, `who.${who}`, values);
}

/** What a promise is about, in words. */
export function promiseName(kind: string, language: PageFrame['language']): string {
  const key = `promise.${kind}` as MessageKey;
  return say(language, key in WORDS[language] ? key : 'promise.other');
}

function saySize(bytes: number, language: PageFrame['language']): string {
  const format = new Intl.NumberFormat(language === 'it' ? 'it-IT' : 'en-GB', { maximumFractionDigits: 1 });
  return bytes < 1_000_000
    ? `${format.format(Math.max(1, Math.round(bytes / 1000)))} kB`
    : `${format.format(bytes / 1e6)} MB`;
}
