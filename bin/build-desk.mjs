// `npm run build`: builds the desk unless what is built is of today's sources.
import { register } from 'tsx/esm/api';

register();
const { ensureBuilt } = await import('../server/build-desk.ts');
await ensureBuilt((text) => process.stdout.write(`${text}\n`));
