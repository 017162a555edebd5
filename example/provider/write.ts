import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { providerFiles } from './csv.ts';
import { lagoWireless } from './provider.ts';

// node --import tsx example/provider/write.ts FOLDER: the three files, to look at them or to import them by hand.
const folder = process.argv[2];
if (!folder) {
  console.error('Say the folder: node --import tsx example/provider/write.ts FOLDER');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
for (const [name, content] of Object.entries(providerFiles(lagoWireless()))) writeFileSync(join(folder, name), content);
