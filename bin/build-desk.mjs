// `npm run build`: builds the desk unless what is built is of today's sources.
import { register } from 'tsx/esm/api';

register();
const { ensureBuilt } = await import('../server/build-desk.ts');
try {
  await ensureBuilt((text) => process.stdout.write(`${text}\n`));
} catch (error) {
  for (let said = error; said instanceof Error; said = said.cause) process.stderr.write(`${said.message}\n`);
  process.exitCode = 1;
}
