import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const distFolder = join(here, '..', 'dist', 'desk');

/** Writes `.br` and `.gz` beside each text file, so that the server sends them as they are. */
const precompress: Plugin = {
  name: 'precompress',
  apply: 'build',
  closeBundle() {
    const folder = join(distFolder, 'assets');
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      if (!/\.(js|css|svg)$/.test(name) || statSync(file).size < 1024) continue;
      const content = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(content));
      writeFileSync(`${file}.gz`, gzipSync(content));
    }
  },
};

export default defineConfig({
  root: join(here, 'desk'),
  base: '/desk/',
  plugins: [react(), precompress],
  build: {
    outDir: distFolder,
    emptyOutDir: true,
    target: 'es2022',
    // The server's policy lets no data: address through for scripts, styles and fonts.
    assetsInlineLimit: 0,
    rolldownOptions: {
      // contract/ describes its shapes by calls that only build values: the desk needs the word lists, not the schemas.
      treeshake: { manualPureFunctions: ['Type', 'OneOf', 'Nullable', 'Minutes'] },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8600', '/hooks': 'http://127.0.0.1:8600' } },
});
