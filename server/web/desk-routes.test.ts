import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../platform/errors.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { createLog } from '../platform/log.ts';
import { deskRoutes } from './index.ts';

let folder: string;
let http: Http;

const open = (dist: string): void => {
  http = createHttp({
    log: createLog('silent'),
    guard: async () => {
      throw new Failure({ code: 'not-signed-in', kind: 'unauthenticated', detail: 'No.' });
    },
    trustedProxies: [],
  });
  deskRoutes(http, dist);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'desk-'));
  const dist = join(folder, 'desk');
  mkdirSync(join(dist, 'assets'), { recursive: true });
  writeFileSync(join(dist, 'index.html'), '<p>the shell</p>');
  writeFileSync(join(dist, 'assets', 'index-abc123.js'), 'export {}');
  writeFileSync(join(folder, 'secret.txt'), 'not for the web');
  open(dist);
});
afterEach(async () => {
  await http.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the served desk', () => {
  it.each(['/desk', '/desk/', '/desk/incidents/123', '/desk/welcome/TOKEN'])(
    'answers %s with the shell, never stored',
    async (url) => {
      const answer = await http.inject({ url });
      expect(answer.statusCode).toBe(200);
      expect(answer.body).toContain('the shell');
      expect(answer.headers['content-type']).toContain('text/html');
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );

  it('lets what carries a hash in its name be kept for ever', async () => {
    const answer = await http.inject({ url: '/desk/assets/index-abc123.js' });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toMatch(/max-age=31536000.*immutable/);
    expect(answer.headers['content-type']).toContain('javascript');
  });

  it('answers a missing asset with 404, not with the shell', async () => {
    const answer = await http.inject({ url: '/desk/assets/gone.js' });
    expect(answer.statusCode).toBe(404);
    expect(answer.body).not.toContain('the shell');
  });

  it.each([
    '/desk/assets/../../secret.txt',
    '/desk/assets/..%2f..%2fsecret.txt',
    '/desk/assets/%2e%2e/%2e%2e/secret.txt',
  ])('never leaves its folder: %s', async (url) => {
    expect((await http.inject({ url })).body).not.toContain('not for the web');
  });

  it('says what to run when the desk was not built', async () => {
    await http.close();
    mkdirSync(join(folder, 'empty'));
    open(join(folder, 'empty'));
    const answer = await http.inject({ url: '/desk' });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ code: 'desk-not-built', help: expect.stringContaining('npm run build') });
  });
});
