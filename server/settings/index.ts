export { changeSettings } from './change-settings.ts';
export { DEFAULT_SETTINGS } from './defaults.ts';
export { settingsRoutes } from './routes.ts';
export { readSettings } from './store.ts';
