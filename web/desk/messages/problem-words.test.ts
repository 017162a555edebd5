import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const server = join(here, '..', '..', '..', 'server');

/** What the desk never meets: the customer's page, commands of a shell, other programs; and what the server says better, with the names of what is wrong. */
const SAID_ELSEWHERE: ReadonlySet<string> = new Set([
  'bad-config',
  'bad-page',
  'code-channel',
  'code-country',
  'code-unverified',
  'delegation-dates',
  'folder-not-writable',
  'forbidden',
  'key-used',
  'no-file',
  'no-such-case',
  'no-team',
  'no-words',
  'not-multipart',
  'not-theirs',
  'own-delegate',
  'scopes',
  'settings-nonsense',
  'who-wrote',
]);

const codesOf = (folder: string): string[] =>
  (readdirSync(join(server, folder), { recursive: true }) as string[])
    .filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
    .flatMap((name) =>
      [
        ...readFileSync(join(server, folder, name), 'utf8').matchAll(
          /(?:\b(?:conflict|invalid|gone)\(\s*|\bcode: )'([a-z-]+)'/g,
        ),
      ].map((match) => match[1] ?? ''),
    );

describe('refusals', () => {
  it.each(['it', 'en'])(
    'are told in the words of the desk, in %s, for all that staff does about customers',
    (language) => {
      const catalogue: Record<string, string> = JSON.parse(readFileSync(join(here, `${language}.json`), 'utf8'));
      const codes = new Set(['cases', 'intake', 'customers', 'teams', 'exports', 'outbox'].flatMap(codesOf));
      expect(codes.size).toBeGreaterThan(40);
      expect([...codes].filter((code) => !catalogue[`problem.${code}`] && !SAID_ELSEWHERE.has(code)).sort()).toEqual(
        [],
      );
    },
  );
});
