export { holidayRoutes } from './holiday-routes.ts';
export { makePromise, settleOpenPromises, takeBackPromises } from './make.ts';
export { pausePromises, resumePromises } from './pause.ts';
export type { NewPromise, PromiseKind, PromiseRecord } from './promise.ts';
export { type DescribeSubjects, promiseRoutes } from './routes.ts';
export { nextRung, renewalAfterBreak, standing } from './rules.ts';
export { type AfterBreak, type OnWarning, settleDuePromises, warnOfPromises } from './settle-due.ts';
export { countOpenPromises, noteMessageOf, promisesOf, setPromiseOwner } from './store.ts';
export {
  addWorkingMinutes,
  isWorkingTime,
  knowsHolidaysOf,
  nextOpening,
  type WorkingHours,
  workingHours,
} from './working-time.ts';
