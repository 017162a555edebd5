export { type CommandOutput, type ImportOptions, importCommand } from './command.ts';
export { importRoutes } from './routes.ts';
export { type ImportProgress, type OnProgress, resumeImports, runImport } from './run-import.ts';
export { type NewImport, startImport } from './start-import.ts';
