import { FORM_LIMITS, type PageFrame, type Trouble } from '../../contract/customer-page.ts';
import { type Content, type Markup, markup, raw } from '../status/markup.ts';
import { say } from './say.ts';
import { STYLE } from './style.ts';

// A thread that runs on, with where we are now as its knot.
const LOGO = raw(
  '<svg viewBox="0 0 44 24" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" aria-hidden="true"><path d="M2 17c7 0 8-11 14-11s6 12 12 12c4 0 5-3 6-5"/><circle cx="37" cy="8" r="4" fill="currentColor" stroke="none"/></svg>',
);
// Each state has a shape of its own, so that no colour is needed to tell them apart.
const SHAPES = raw(
  '<svg class="shapes" width="0" height="0" aria-hidden="true"><defs>' +
    '<g id="s-good" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"><circle cx="12" cy="12" r="10"/><path d="m7.5 12.5 3 3 6-7"/></g>' +
    '<g id="s-bad" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"><path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" stroke-linejoin="round"/><path d="m9 9 6 6m0-6-6 6"/></g>' +
    '<g id="s-work" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"><path d="M20.5 12a8.5 8.5 0 1 1-2.6-6.1"/><path d="M20.5 2.5v5h-5"/></g>' +
    '<g id="s-you" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"><path d="M3 4h18v13H11l-5 4v-4H3z"/><path d="M9.8 8.6a2.3 2.3 0 1 1 3.3 2.1c-.8.4-1.1.8-1.1 1.5m0 2v.1"/></g>' +
    '<g id="s-late" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"><circle cx="12" cy="12" r="9.5"/><path d="M12 6.5V12l3.5 2.5"/></g>' +
    '<g id="s-ended" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"><circle cx="12" cy="12" r="10"/><path d="M7.5 12h9"/></g>' +
    '</defs></svg>',
);

export type Shape = 'good' | 'bad' | 'work' | 'you' | 'late' | 'ended';
export const shape = (name: Shape): Markup =>
  markup`<svg viewBox="0 0 24 24" aria-hidden="true"><use href="#s-${name}"/></svg>`;

/** A word on top of a page, of our own. */
export type Banner = { tone: 'good' | 'wrong'; words: string } | null;

export interface PageParts {
  /** Of the window. */
  title: string;
  /** Where the other language is; null: it isn't offered. */
  otherLanguage: string | null;
  banner: Banner;
  body: Content;
  /** A script of this server; none by default. */
  script?: string;
}

/** One page, whole without JavaScript and without anything remote. */
export function renderFrame(frame: PageFrame, { title, otherLanguage, banner, body, script }: PageParts): string {
  const { language, operator } = frame;
  const other = language === 'it' ? 'en' : 'it';
  return markup`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex,nofollow">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title} · ${operator.name}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Ccircle cx='12' cy='12' r='10' fill='%230b6b70'/%3E%3C/svg%3E">
<style>${raw(STYLE)}</style>
${script ? markup`<script type="module" src="${script}"></script>` : null}
</head>
<body>
${SHAPES}
<header class="wrap top">${LOGO}<b>${operator.name}</b>${otherLanguage !== null && markup`<nav><a href="${otherLanguage}" hreflang="${other}" lang="${other}">${say(language, 'language.other')}</a></nav>`}</header>
<main class="wrap">
${banner && markup`<div class="said${banner.tone === 'wrong' && ' wrong'}" role="${banner.tone === 'wrong' ? 'alert' : 'status'}">${shape(banner.tone === 'wrong' ? 'bad' : 'good')}<p>${banner.words}</p></div>`}
${body}
</main>
<footer class="wrap"><p>${say(language, 'footer.zone', { zone: frame.timeZone })}</p></footer>
</body>
</html>
`.text;
}

/** What was wrong with a form, in words. `retryAfter` in seconds, of a limit. */
export const troubleBanner = ({ language }: PageFrame, trouble: Trouble, retryAfter = 60): Banner => ({
  tone: 'wrong',
  words: say(language, `trouble.${trouble}`, {
    text: FORM_LIMITS.text.toLocaleString(language === 'it' ? 'it-IT' : 'en-GB'),
    files: FORM_LIMITS.files,
    megabytes: MEGABYTES,
    minutes: Math.max(1, Math.ceil(retryAfter / 60)),
  }),
});

export const MEGABYTES = Math.round(FORM_LIMITS.file / 1_048_576);

/** The number to call, where there is one. */
export function callUs({ operator, language }: PageFrame): Markup | null {
  const phone = operator.phone.trim();
  if (phone === '') return null;
  return markup`<p>${say(language, 'phone.or')} <a class="phone" href="tel:${phone.replaceAll(/[^+\d]/g, '')}">${phone}</a></p>`;
}

/** Fields that a form carries along. */
export const carried = (fields: Readonly<Record<string, string>>): Markup[] =>
  Object.entries(fields).map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`);

/** The field for files, with its bounds. */
export const filesField = ({ language }: PageFrame): Markup =>
  markup`<div class="field"><label for="files">${say(language, 'write.files')}</label><input type="file" id="files" name="files" multiple aria-describedby="files-hint"><span class="hint" id="files-hint">${say(language, 'write.files.hint', { files: FORM_LIMITS.files, megabytes: MEGABYTES })}</span></div>`;
