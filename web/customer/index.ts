export { type CaseView, renderCase } from './case-page.ts';
export { type ContactView, renderContact, renderReceived } from './contact-page.ts';
export { type DeedPage, type DeedView, renderDeed } from './deed-pages.ts';
export { type PlainPage, renderPlain } from './plain-pages.ts';
export { STYLE } from './style.ts';
