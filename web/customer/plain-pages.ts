import type { PageFrame } from '../../contract/customer-page.ts';
import { type Content, markup } from '../status/markup.ts';
import { callUs, carried, renderFrame } from './frame.ts';
import { type MessageKey, say } from './say.ts';

/** A page that says one thing; nothing about any case. */
export type PlainPage = 'expired' | 'renewed' | 'unknown' | 'not-allowed' | 'many' | 'broken';

/** `path`: of the expired link ("/c/TOKEN"), which can ask for a fresh one. `retryAfter` in seconds. */
export function renderPlain(
  frame: PageFrame,
  page: PlainPage,
  { path = '', once = '', retryAfter = 60 }: { path?: string; once?: string; retryAfter?: number } = {},
): string {
  const { language } = frame;
  const values = { minutes: Math.max(1, Math.ceil(retryAfter / 60)) };
  return renderFrame(frame, {
    title: say(language, `${page}.title`),
    otherLanguage: page === 'expired' || page === 'unknown' ? `?lang=${language === 'it' ? 'en' : 'it'}` : null,
    banner: null,
    body: markup`<section class="card"><h1>${say(language, `${page}.title`)}</h1><p>${say(language, `${page}.words` as MessageKey, values)}</p>${more(frame, page, path, once)}${callUs(frame)}</section>`,
  });
}

function more({ language }: PageFrame, page: PlainPage, path: string, once: string): Content {
  if (page === 'expired')
    return markup`<form method="post" action="${path}/renew?lang=${language}">${carried({ once })}<button>${say(language, 'expired.send')}</button></form>`;
  if (page === 'unknown')
    return markup`<p><a href="/contact?lang=${language}">${say(language, 'unknown.contact')}</a></p>`;
  return null;
}
