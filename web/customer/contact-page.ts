import { TOPICS } from '../../contract/cases.ts';
import { FORM_LIMITS, type PageFrame, type Trouble } from '../../contract/customer-page.ts';
import { type Markup, markup } from '../status/markup.ts';
import { spaced } from './case-page.ts';
import { type Banner, callUs, carried, filesField, renderFrame, troubleBanner } from './frame.ts';
import { say } from './say.ts';

export interface ContactView {
  frame: PageFrame;
  /** What the browser's work is about, and how many leading zero bits it must reach. */
  challenge: { text: string; bits: number };
  trouble: { what: Trouble | { waitSeconds: number }; retryAfter?: number } | null;
  typed: Readonly<Partial<Record<'name' | 'address' | 'topic' | 'text', string>>>;
}

/** The public form. It works without JavaScript; with it the browser does a little work first, so that sending in masses costs something. */
export function renderContact(view: ContactView): string {
  const { frame, challenge, trouble, typed } = view;
  const { language } = frame;
  return renderFrame(frame, {
    title: say(language, 'contact.page'),
    otherLanguage: `/contact?lang=${language === 'it' ? 'en' : 'it'}`,
    banner: trouble && bannerOf(frame, trouble),
    script: '/contact/proof-of-work.js',
    body: markup`<h1>${say(language, 'contact.title')}</h1><p>${say(language, 'contact.words')}</p>
<form class="card" method="post" action="/contact?lang=${language}" enctype="multipart/form-data" data-challenge="${challenge.text}" data-bits="${challenge.bits}">${carried({ challenge: challenge.text })}<input type="hidden" name="work" value="">
<div class="field"><label for="name">${say(language, 'contact.name')}</label><input type="text" id="name" name="name" autocomplete="name" required maxlength="${FORM_LIMITS.name}" value="${typed.name ?? ''}"></div>
<div class="field"><label for="address">${say(language, 'contact.address')}</label><input type="text" id="address" name="address" autocomplete="email" required maxlength="${FORM_LIMITS.address}" aria-describedby="address-hint" value="${typed.address ?? ''}"><span class="hint" id="address-hint">${say(language, 'contact.address.hint')}</span></div>
<div class="field"><label for="topic">${say(language, 'contact.topic')}</label><select id="topic" name="topic">${TOPICS.map((topic) => markup`<option value="${topic}"${topic === (typed.topic ?? 'line down') && ' selected'}>${say(language, `topic.${topic}`)}</option>`)}</select></div>
<div class="field"><label for="text">${say(language, 'contact.text')}</label><textarea id="text" name="text" required maxlength="${FORM_LIMITS.text}">${typed.text ?? ''}</textarea></div>
${filesField(frame)}
<div class="trap" aria-hidden="true"><label for="website">${say(language, 'contact.trap')}</label><input type="text" id="website" name="website" tabindex="-1" autocomplete="off"></div>
<button>${say(language, 'contact.send')}</button><p class="hint" data-working hidden role="status">${say(language, 'contact.working')}</p><noscript><p class="hint">${say(language, 'contact.slow')}</p></noscript></form>${callUs(frame)}`,
  });
}

function bannerOf(frame: PageFrame, { what, retryAfter }: NonNullable<ContactView['trouble']>): Banner {
  if (typeof what === 'string') return troubleBanner(frame, what, retryAfter);
  return { tone: 'wrong', words: say(frame.language, 'contact.wait', { seconds: what.waitSeconds }) };
}

/** After the form: the number, and the link where it may be given to whoever wrote. */
export function renderReceived(frame: PageFrame, received: { number: string | null; path: string | null }): string {
  const { language } = frame;
  const number = (value: string): Markup =>
    markup`<p class="number">${say(language, 'number.label')} <b>${spaced(value)}</b></p>`;
  return renderFrame(frame, {
    title: say(language, 'contact.received'),
    otherLanguage: null,
    banner: null,
    body: markup`<section class="card"><h1>${say(language, 'contact.received')}</h1><div class="hero good"><div>${received.number !== null && number(received.number)}<p>${say(language, 'contact.received.words')}</p></div></div>
${received.path ? markup`<p><a href="${received.path}?lang=${language}">${say(language, 'contact.received.link')}</a></p>` : markup`<p>${say(language, 'contact.received.known')}</p>`}${callUs(frame)}</section>`,
  });
}
