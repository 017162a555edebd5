import {
  DELEGATION_SCOPES,
  FORM_LIMITS,
  type PageFrame,
  type ShownAddress,
  type ShownDelegation,
  type Trouble,
} from '../../contract/customer-page.ts';
import { type Content, type Markup, markup } from '../status/markup.ts';
import { callUs, carried, renderFrame, troubleBanner } from './frame.ts';
import { dayOf, type MessageKey, say, sayDay } from './say.ts';

/** What needs a one-time code. */
export type DeedPage = 'formal' | 'delegate' | 'contact-point' | 'download';

export interface DeedView {
  frame: PageFrame;
  page: DeedPage;
  /** "/c/TOKEN". */
  path: string;
  once: string;
  /** Where a code may go. */
  addresses: readonly ShownAddress[];
  /** A code was asked for: to which address. Null: not yet. */
  codeAt: ShownAddress | null;
  /** The new contact point, once a code went to it. */
  confirming: ShownAddress | null;
  delegations: readonly ShownDelegation[];
  /** Calendar days in which a formal complaint is answered. */
  formalDays: number;
  trouble: { what: Trouble; typed: Readonly<Record<string, string>>; retryAfter?: number } | null;
}

/** A deed that needs a one-time code: first to which address, then the code with the deed itself. */
export function renderDeed(view: DeedView): string {
  const { frame, page, path, trouble } = view;
  const { language } = frame;
  return renderFrame(frame, {
    title: say(language, `${page}.title`),
    otherLanguage: null,
    banner: trouble && troubleBanner(frame, trouble.what, trouble.retryAfter),
    body: [
      markup`<a class="back" href="${path}?lang=${language}">← ${say(language, 'back')}</a>
<h1>${say(language, `${page}.title`)}</h1><p>${say(language, `${page}.words`, { days: view.formalDays })}</p>`,
      page === 'delegate' && currentDelegations(view),
      view.confirming
        ? confirmForm(view, view.confirming)
        : view.codeAt
          ? deedForm(view, view.codeAt)
          : askForCode(view),
    ],
  });
}

function askForCode({ frame, page, path, once, addresses }: DeedView): Markup {
  const { language } = frame;
  if (addresses.length === 0)
    return markup`<section class="card"><p>${say(language, 'code.none')}</p>${callUs(frame)}</section>`;
  return markup`<section class="card"><p>${say(language, 'code.why')}</p><form method="post" action="${path}/code?lang=${language}">${carried({ once, page })}
<fieldset><legend>${say(language, 'code.where')}</legend>${addresses.map((address, index) => markup`<label class="choice"><input type="radio" name="codeAt" value="${address.id}"${index === 0 && ' checked'} required>${capitalised(say(language, `channel.by.${address.channel}`, { to: address.to }))}</label>`)}</fieldset>
<button>${say(language, 'code.send')}</button></form></section>
`;
}

const codeField = ({ language }: PageFrame, to: string): Markup =>
  markup`<p>${say(language, 'code.sent', { to })}</p><div class="field"><label for="code">${say(language, 'code.label')}</label><input class="code" type="text" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="9" required></div>`;

function deedForm(view: DeedView, codeAt: ShownAddress): Markup {
  const { frame, page, path, once } = view;
  const { language } = frame;
  return markup`<section class="card">${page === 'delegate' && markup`<h2>${say(language, 'delegate.new')}</h2>`}<form method="post" action="${path}/${page}?lang=${language}">${carried({ once, codeAt: codeAt.id })}
${codeField(frame, codeAt.to)}${FIELDS[page](view)}
<button>${say(language, `${page}.send`)}</button></form>
${again(view, codeAt)}</section>
`;
}

const again = ({ frame: { language }, page, path, once }: DeedView, codeAt: ShownAddress): Markup =>
  markup`<details><summary>${say(language, 'code.again')}</summary><form method="post" action="${path}/code?lang=${language}">${carried({ once: `${once}-again`, page, codeAt: codeAt.id })}<button class="second">${say(language, 'code.send')}</button></form></details>`;

function confirmForm({ frame, path, once }: DeedView, point: ShownAddress): Markup {
  const { language } = frame;
  return markup`<section class="card"><h2>${say(language, 'contact-point.confirm')}</h2><form method="post" action="${path}/contact-point/confirm?lang=${language}">${carried({ once, point: point.id })}
${codeField(frame, point.to)}<button>${say(language, 'contact-point.confirm.send')}</button></form></section>
`;
}

const FIELDS: Record<DeedPage, (view: DeedView) => Content> = {
  download: () => null,
  formal: (view) =>
    markup`<div class="field"><label for="text">${say(view.frame.language, 'formal.label')}</label><textarea id="text" name="text" required maxlength="${FORM_LIMITS.text}">${typed(view, 'text')}</textarea></div>`,
  'contact-point': (view) =>
    markup`<div class="field"><label for="new">${say(view.frame.language, 'contact-point.label')}</label><input type="text" id="new" name="new" required maxlength="${FORM_LIMITS.address}" value="${typed(view, 'new')}"></div>`,
  delegate: delegateFields,
};

function delegateFields(view: DeedView): Content {
  const { frame } = view;
  const { language } = frame;
  const input = (name: string, type: string, hint: MessageKey | null, more: Content = null): Markup =>
    markup`<div class="field"><label for="${name}">${say(language, `delegate.${name}` as MessageKey)}</label><input type="${type}" id="${name}" name="${name}" required${more}${hint && markup` aria-describedby="${name}-hint"`} value="${typed(view, name) || (name === 'starts' ? dayOf(frame.now, frame) : '')}">${hint && markup`<span class="hint" id="${name}-hint">${say(language, hint)}</span>`}</div>`;
  const chosen = (typed(view, 'scopes') || 'technical').split(',');
  return [
    input('name', 'text', null, markup` maxlength="${FORM_LIMITS.name}"`),
    input('address', 'email', 'delegate.address.hint', markup` maxlength="${FORM_LIMITS.address}"`),
    markup`<fieldset><legend>${say(language, 'delegate.scopes')}</legend>${DELEGATION_SCOPES.map((scope) => markup`<label class="choice"><input type="checkbox" name="scopes" value="${scope}"${chosen.includes(scope) && ' checked'}>${capitalised(say(language, `scope.${scope}`))}</label>`)}</fieldset>`,
    markup`<div class="halves">${input('starts', 'date', null)}${input('ends', 'date', 'delegate.ends.hint')}</div>`,
  ];
}

function currentDelegations({ frame, path, once, delegations }: DeedView): Markup {
  const { language, now } = frame;
  const list = delegations.map(
    ({ id, name, scopes, startsAt, endsAt }) =>
      markup`<li><b>${name}</b><span>${scopes.map((scope) => say(language, `scope.${scope}`)).join('; ')}</span><span>${startsAt > now && `${say(language, 'delegate.from', { when: sayDay(startsAt, frame) })} `}${endsAt ? say(language, 'delegate.until', { when: sayDay(lastDay(endsAt), frame) }) : say(language, 'delegate.open')}</span><form method="post" action="${path}/delegate/end?lang=${language}">${carried({ once, delegation: id })}<button class="stop">${say(language, 'delegate.end')}</button></form></li>`,
  );
  return markup`<section class="card"><h2>${say(language, 'delegate.current')}</h2>${list.length > 0 ? markup`<ul class="plain">${list}</ul>` : markup`<p>${say(language, 'delegate.nobody')}</p>`}</section>
`;
}

/** A delegation ends as its last day does: what is said is that day. */
const lastDay = (endsAt: string): string => new Date(Date.parse(endsAt) - 1).toISOString();

const typed = ({ trouble }: DeedView, name: string): string => trouble?.typed[name] ?? '';
const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
