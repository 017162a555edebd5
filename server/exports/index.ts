export { exportCaseCommand } from './command.ts';
export { dailyRetention, forgetOld } from './retention.ts';
export { exportRoutes } from './routes.ts';
