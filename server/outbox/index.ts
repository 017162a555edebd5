export { enqueueSingle, type SingleMessage } from './enqueue-single.ts';
export type { SubjectsOf } from './in-doubt.ts';
export type {
  LeavingNotice,
  LeavingVerdict,
  OnOutcomes,
  OpenedRoute,
  OutboxHooks,
  OutboxKind,
  Outcome,
} from './outbox.ts';
export { settleCertified } from './receipts.ts';
export { countRoutes, listRoutesForDoctor, outboxReadiness, routeCost } from './route-store.ts';
export { outboxRoutes } from './routes.ts';
export { countOutbox, endDoubt, forgetSingleTexts, type SavedText, saveTexts } from './store.ts';
export { createOutboxWorker, type OutboxWorker } from './worker.ts';
