import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import english from '../messages/en.json' with { type: 'json' };
import italian from '../messages/it.json' with { type: 'json' };
import { doubtReason } from './doubt-reason.ts';

const server = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'server');

/** Every reason that a channel or the outbox can leave a message in doubt with, holes of templates filled in. */
const reasons = ['outbox', join('channels', 'sms'), join('channels', 'email')].flatMap((folder) =>
  readdirSync(join(server, folder))
    .filter((name) => name.endsWith('.ts') && !name.includes('.test.') && !name.includes('.fixture.'))
    .flatMap((name) => {
      const source = readFileSync(join(server, folder, name), 'utf8');
      const constants = new Map(
        [...source.matchAll(/const ([A-Z_]+) = '([^']+)'/g)].map(([, key, text]) => [key, text]),
      );
      return [...source.matchAll(/kind: '(?:unknown|lost)',\s*reason: (`[^`]*`|'[^']*'|[A-Z_]+)/g)].flatMap(
        ([, given = '']) => {
          const text = constants.get(given) ?? /^['`](.*)['`]$/.exec(given)?.[1];
          return text === undefined ? [] : [text.replace(/\$\{[^}]+\}/g, '2')];
        },
      );
    }),
);

describe('why a message is in doubt', () => {
  it('finds what the server says', () => {
    expect(reasons.length).toBeGreaterThanOrEqual(6);
  });

  it.each(['no answer', ...reasons])('given "%s", it is said in both languages', (why) => {
    const word = `doubt-reason.${doubtReason(why)?.word}`;
    expect(Object.keys(english)).toContain(word);
    expect(Object.keys(italian)).toContain(word);
  });

  it('given counts, keeps them', () => {
    expect(doubtReason('only 1 of 3 parts were taken by the SMSC')).toEqual({
      word: 'some-parts',
      values: { taken: 1, all: 3 },
    });
  });

  it('given a reason that it does not know, says nothing of its own', () => {
    expect(doubtReason('the moon was full')).toBeNull();
  });
});
