export type { View } from './facts.ts';
export { renderFeed } from './feed.ts';
export { renderPage } from './page.ts';
export { STYLE } from './style.ts';
export { summarize } from './summary.ts';
