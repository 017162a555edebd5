export { makePromise, settleOpenPromises } from './make.ts';
export type { NewPromise, PromiseKind, PromiseRecord } from './promise.ts';
export { nextRung, renewalAfterBreak, standing } from './rules.ts';
export { type AfterBreak, type OnWarning, settleDuePromises, warnOfPromises } from './settle-due.ts';
export { listPromises, promisesOf, setPromiseOwner } from './store.ts';
