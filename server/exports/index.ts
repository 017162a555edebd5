export { exportCaseCommand } from './command.ts';
export { exportCase } from './export-case.ts';
export { dailyRetention, forgetOld } from './retention.ts';
export { exportRoutes } from './routes.ts';
