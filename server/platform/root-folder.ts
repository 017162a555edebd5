import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, database/ and web/. */
export const rootFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
