import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DAY, MAIL, PHONE, useCustomerPage } from '../../tests/support/customer-page.ts';
import { ENGINES } from '../../tests/support/test-platform.ts';
import { hashToken } from '../platform/secrets.ts';

describe.each(ENGINES)('the customer’s page on %s', (engine) => {
  const site = useCustomerPage(engine);
  const { open, get, post, upload, one, caseOf, said, askFix, sentTo, counts } = site;

  describe('reading', () => {
    test('given a link, when it is opened, then it says what happens, what is promised and what was said; the answer stays private', async () => {
      const opened = await open();
      const answer = await get(opened.path);
      expect(answer.statusCode).toBe(200);
      expect(answer.body).toContain('La linea cade ogni dieci minuti');
      expect(answer.body).toContain('La prossima notizia');
      expect(answer.body).toMatch(/Entro le \d+:\d\d di/);
      expect(answer.body.replaceAll(' ', '')).toContain(opened.number);
      expect(answer.headers).toMatchObject({
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex, nofollow',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|script-src|https?:|\*/);
      expect(policy).toContain(
        createHash('sha256')
          .update(/<style>(.*)<\/style>/s.exec(answer.body)?.[1] ?? '')
          .digest('base64'),
      );
      expect((await get(`${opened.path}?lang=en`)).body).toContain('What we promised');
      expect(answer.body).not.toContain(MAIL);
      expect(answer.body).not.toContain(PHONE);
    });

    test('given scanners that open and prefetch every address, then nothing changes but what they were counted for', async () => {
      const opened = await open();
      await askFix(opened);
      const before = await counts();
      for (const path of [
        '',
        '/answer',
        '/messages',
        '/call',
        '/cancel',
        '/channel',
        '/renew',
        '/code',
        '/formal',
        '/delegate',
        '/contact-point',
        '/download',
        '/delegate/end',
        '/contact-point/confirm',
      ])
        for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) {
          const answer = await site.http.inject({
            method,
            url: `${opened.path}${path}?works=yes&text=x&done=works`,
            headers: { purpose: 'prefetch', 'sec-purpose': 'prefetch' },
          });
          expect([200, 404, 405], `${method} ${path}`).toContain(answer.statusCode);
        }
      expect(await counts()).toEqual(before);
      expect((await caseOf(opened)).state).toBe('fix reported');
    });

    test('given tokens that are guessed, forged or cut, then nothing of any case is told, and trying goes on for a while only', async () => {
      const opened = await open();
      for (const token of [
        'x',
        'A'.repeat(22),
        opened.token.slice(0, -1),
        `${opened.token}A`,
        opened.number,
        opened.id,
        '%00',
        "' OR 1=1--",
        hashToken(opened.token),
      ]) {
        const answer = await get(`/c/${encodeURIComponent(token)}`);
        expect([404, 400], token).toContain(answer.statusCode);
        expect(answer.body).not.toContain('dieci minuti');
      }
      for (let tries = 0; tries < 25; tries++) await get(`/c/${'B'.repeat(22)}`);
      const late = await get(`/c/${'B'.repeat(22)}`);
      expect(late.statusCode).toBe(429);
      expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
      expect((await get(opened.path)).statusCode).toBe(200);
    });

    test('given an expired or revoked link, then it says nothing of the case and offers a fresh one, to its first address only, a few times', async () => {
      const opened = await open();
      await site.platform.database.pool.query('UPDATE case_links SET revoked_at = $1', [
        site.platform.clock.business(),
      ]);
      const expired = await get(opened.path);
      expect(expired.statusCode).toBe(410);
      expect(expired.body).not.toContain('dieci minuti');
      expect(expired.body.replaceAll(' ', '')).not.toContain(opened.number);
      const press = await post(`${opened.path}/messages`, { text: 'ciao' });
      expect(press.statusCode).toBe(410);

      const before = (await sentTo(MAIL)).length;
      const nothing = await post(`/c/${'C'.repeat(22)}/renew`, {});
      const renewed = await post(`${opened.path}/renew`, { address: 'evil@example.com' });
      expect([renewed.statusCode, renewed.headers.location]).toEqual([nothing.statusCode, nothing.headers.location]);
      expect(await sentTo('evil@example.com')).toEqual([]);
      const letters = await sentTo(MAIL);
      expect(letters).toHaveLength(before + 1);
      const fresh = /\/c\/([\w-]{22})/.exec(letters.at(-1) ?? '')?.[1] ?? '';
      expect(fresh).not.toBe(opened.token);
      expect((await get(`/c/${fresh}`)).statusCode).toBe(200);

      for (let tries = 0; tries < 8; tries++) await post(`${opened.path}/renew`, {});
      expect(await sentTo(MAIL)).toHaveLength(before + 2);
      const { rows } = await site.platform.database.pool.query(
        "SELECT data::text FROM events WHERE data::text LIKE '%' || $1 || '%'",
        [fresh],
      );
      expect(rows).toEqual([]);
    });

    test('given time passes, then a link ends by itself', async () => {
      const opened = await open();
      site.platform.clock.advance(91 * DAY);
      expect((await get(opened.path)).statusCode).toBe(410);
    });
  });

  test('given the link of another case, then nothing of this one is seen, fetched or changed by it', async () => {
    const [mine, theirs] = [await open(), await open(site.bruno, 'Il segreto di Bruno')];
    await upload(`${theirs.path}/messages`, { text: 'altro segreto' }, [
      { name: 's.txt', type: 'text/plain', bytes: Buffer.from('segreto') },
    ]);
    const { id } = await one<{ id: string }>('SELECT id FROM attachments');
    expect((await get(`${mine.path}/files/${id}`)).statusCode).toBe(404);
    expect((await get(`${theirs.path}/files/${id}`)).body).toBe('segreto');
    expect((await get(mine.path)).body).not.toMatch(/segreto|Bruno/);
    const before = await said(theirs);
    await upload(`${mine.path}/messages`, { text: 'x', caseId: theirs.id, case: theirs.number });
    expect(await said(theirs)).toEqual(before);
  });
});
