import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { MAIL, PHONE, useCustomerPage } from '../../tests/support/customer-page.ts';
import { ENGINES } from '../../tests/support/test-platform.ts';
import { newChallenge } from './proof-of-work.ts';

describe.each(ENGINES)('the form for everybody on %s', (engine) => {
  const site = useCustomerPage(engine);
  const { open, get, post, upload, all, sentTo } = site;

  describe('the public form', () => {
    const FORM = {
      name: 'Carla Bianchi',
      address: 'carla@example.it',
      topic: 'line down',
      text: 'A Verbania la linea non va da ieri',
    };
    const challengeOf = async (): Promise<string> => {
      const challenge = newChallenge(site.platform).text;
      site.platform.clock.advance(5000);
      return challenge;
    };
    const workOn = (challenge: string): string => {
      for (let number = 0; ; number++)
        if (createHash('sha256').update(`${challenge}.${number}`).digest().readUInt16BE(0) === 0) return String(number);
    };
    const submit = async (more: Record<string, string> = {}, from = '203.0.113.7', worked = true) => {
      const challenge = more.challenge ?? (await challengeOf());
      return await upload(
        '/contact',
        { ...FORM, challenge, ...(worked ? { work: workOn(challenge) } : {}), ...more },
        [],
        {
          'x-forwarded-for': from,
        },
      );
    };

    test('given the page, then it needs nothing but itself and its one script', async () => {
      const page = await get('/contact');
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-security-policy']).toContain("script-src 'self'");
      expect(page.body).toContain('data-bits="16"');
      const script = await get('/contact/proof-of-work.js');
      expect(script.headers['content-type']).toContain('text/javascript');
      expect(
        (await get('/contact/proof-of-work.js', { 'if-none-match': String(script.headers.etag) })).statusCode,
      ).toBe(304);
    });

    test('given somebody unknown, then the page answers with number and link, and nothing is sent to the address that was written', async () => {
      const challenge = await challengeOf();
      const work = workOn(challenge);
      const first = await submit({ challenge, work });
      expect(first.statusCode).toBe(303);
      const location = String(first.headers.location);
      expect(location).toMatch(/^\/c\/[\w-]{22}\?lang=it&done=opened$/);
      const page = await get(location);
      expect(page.body).toContain('A Verbania la linea non va da ieri');
      expect(page.body).toContain('Questo è il Suo numero di pratica');
      expect(await all('SELECT 1 FROM outbox')).toEqual([]);
      expect((await submit({ challenge, work })).statusCode).toBe(303);
      expect(await all('SELECT 1 FROM cases')).toHaveLength(1);
      // Once staff found out whose it is, the same form again is no way to it.
      await site.platform.database.pool.query('UPDATE cases SET party_id = $1', [site.anna.party]);
      expect((await submit({ challenge, work })).headers.location).toMatch(/^\/contact\/received/);
      expect((await get(location)).statusCode).toBe(403);
      const other = await submit({ challenge, work, text: 'un’altra cosa' });
      expect(other.statusCode).toBe(422);
      expect(await all('SELECT 1 FROM cases')).toHaveLength(1);
    });

    test('given the address of a customer, then whoever sent the form gets no link to anything, and no number of theirs is pumped', async () => {
      const opened = await open();
      for (const address of [MAIL, PHONE]) {
        const answer = await submit({ address, text: `Aggiungo alla pratica ${opened.number}: non va` });
        expect(answer.statusCode).toBe(303);
        expect(answer.headers.location).toMatch(/^\/contact\/received\?/);
        const page = await get(String(answer.headers.location));
        expect(page.body).not.toMatch(/\/c\/|dieci minuti|Anna/);
      }
      const before = (await sentTo('+393475550000')).length;
      for (let index = 0; index < 5; index++)
        await submit({ address: `347555${String(2000 + index)}` }, `203.0.113.${index}`);
      expect(await all("SELECT 1 FROM outbox WHERE address LIKE '+3934755520%'")).toHaveLength(before);
      expect((await get('/contact/received?of=v1.forged')).body).not.toMatch(/\d\d \d{4} \d{3}/);
    });

    test('given what is wrong with a form, then it says what, keeps what was typed, and keeps nothing else', async () => {
      const old = newChallenge(site.platform).text;
      for (const [what, more, words] of [
        ['no name', { name: ' ' }, 'Manca il nome'],
        ['no address', { address: 'boh' }, 'Non sembra un numero'],
        ['no text', { text: ' ' }, 'Manca il testo'],
        ['too long', { text: 'x'.repeat(10_001) }, 'troppo lungo'],
        ['too fast', { challenge: 'fresh', work: '1' }, 'rema di nuovo'],
        ['forged', { challenge: 'v1.AAAA', work: '1' }, 'rema di nuovo'],
        ['env', { challenge: 'env:FILODIRETTO_SECRET_X', work: '1' }, 'rema di nuovo'],
      ] as const) {
        const fresh = newChallenge(site.platform).text;
        const answer = await submit(what === 'too fast' ? { ...more, challenge: fresh } : more);
        expect([422], what).toContain(answer.statusCode);
        expect(answer.body, what).toContain(words);
        if (!('name' in more)) expect(answer.body).toContain('value="Carla Bianchi"');
      }
      site.platform.clock.advance(13 * 3600_000);
      expect((await submit({ challenge: old, work: workOn(old) })).body).toContain('era aperto da molto');
      expect(await all('SELECT 1 FROM inbound_messages')).toEqual([]);
    });

    test('given the field that nobody sees is filled, then it is told what everybody is told, and nothing is kept', async () => {
      const answer = await submit({ website: 'https://spam.example' });
      expect(answer.statusCode).toBe(303);
      expect(await all('SELECT 1 FROM inbound_messages')).toEqual([]);
    });

    test('given a flood, then each address, and everybody without work together, have a bound that says when to come again', async () => {
      const statuses: number[] = [];
      for (let times = 0; times < 4; times++) statuses.push((await submit({}, '198.51.100.9', false)).statusCode);
      expect(statuses).toEqual([303, 303, 303, 429]);
      const together: number[] = [];
      for (let times = 0; times < 9; times++)
        together.push((await submit({}, `198.51.100.${20 + times}`, false)).statusCode);
      const refused = together.filter((status) => status === 429).length;
      const late = await submit({}, '198.51.100.77', false);
      if (refused > 0) {
        expect(late.statusCode).toBe(429);
        expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
        expect(late.body).toContain('quello che ha scritto è ancora qui');
      }
      expect((await submit({}, '198.51.100.99')).statusCode).toBe(303);
    });

    test('given an address that tries to lead elsewhere, then every way leads back to this server', async () => {
      const opened = await open();
      for (const evil of ['//evil.example', 'https://evil.example', 'en&done=x', '\r\nSet-Cookie: x=1']) {
        const answer = await post(
          `${opened.path}/call?lang=${encodeURIComponent(evil)}&next=${encodeURIComponent(evil)}`,
          { words: 'x', next: evil, redirect: evil },
        );
        expect(String(answer.headers.location)).toMatch(/^\/c\/[\w-]{22}\?/);
        expect(String(answer.headers.location)).not.toContain('evil');
        expect(answer.headers['set-cookie']).toBeUndefined();
        const shown = await get(
          `${opened.path}?done=${encodeURIComponent('<script>')}&page=${encodeURIComponent('9e99')}`,
        );
        expect(shown.statusCode).toBe(200);
        expect(shown.body).not.toContain('<script>');
      }
    });
  });
});
