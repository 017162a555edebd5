export { statusRoutes } from './routes.ts';
export { negotiateLanguage, toPublished } from './rules.ts';
export { createStatusPages, type StatusPages } from './status-pages.ts';
export { publish, readPublishedStatus } from './store.ts';
