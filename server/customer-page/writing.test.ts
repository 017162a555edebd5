import { describe, expect, test } from 'vitest';
import { useCustomerPage } from '../../tests/support/customer-page.ts';
import { ENGINES } from '../../tests/support/test-platform.ts';

describe.each(ENGINES)('the customer’s page, written on, on %s', (engine) => {
  const site = useCustomerPage(engine);
  const { open, get, post, upload, all, caseOf, said, askFix } = site;

  describe('answering and writing', () => {
    test('given the question whether it works, when yes is pressed, then the case is confirmed once, and the page says so', async () => {
      const opened = await open();
      await askFix(opened);
      const shown = await get(opened.path);
      const once =
        /action="[^"]*\/answer[^"]*"><input type="hidden" name="once" value="([^"]+)"/.exec(shown.body)?.[1] ?? '';
      const [first, second] = await Promise.all([
        post(`${opened.path}/answer`, { works: 'yes', once }),
        post(`${opened.path}/answer`, { works: 'yes', once }),
      ]);
      expect([first.statusCode, second.statusCode]).toEqual([303, 303]);
      expect(first.headers.location).toBe(`${opened.path}?done=works`);
      expect((await caseOf(opened)).state).toBe('confirmed');
      expect((await said(opened)).filter(({ kind }) => kind === 'confirmation')).toHaveLength(1);
      expect((await get(first.headers.location ?? '')).body).toContain('chiusa come risolta');
      const again = await post(`${opened.path}/answer`, { works: 'yes', once: 'another' });
      expect(again.statusCode).toBe(409);
    });

    test('given words beside the yes, then a person reads them before the case ends; a no takes it up again', async () => {
      const [one_, two] = [await open(), await open(site.bruno)];
      await askFix(one_);
      await askFix(two);
      expect(
        (await post(`${one_.path}/answer`, { works: 'yes', words: 'ma il telefono no' })).headers.location,
      ).toContain('works-words');
      expect((await caseOf(one_)).state).not.toBe('confirmed');
      expect((await post(`${two.path}/answer`, { works: 'no' })).headers.location).toContain('works-not');
      expect((await caseOf(two)).state).toBe('in work');
      expect((await post(`${two.path}/answer`, { works: 'perhaps' })).statusCode).toBe(409);
    });

    test('given a message with files, then it joins the case as it is, files by what they are; pressed twice it is one', async () => {
      const opened = await open();
      const png = Buffer.from(
        '89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c489'.replaceAll(' ', ''),
        'hex',
      );
      const words = 'Ecco la foto.\n<script>alert(1)</script> & "virgolette"';
      const send = () =>
        upload(`${opened.path}/messages`, { once: 'm1', text: words }, [
          { name: '../../etc/foto".png', type: 'application/octet-stream', bytes: png },
        ]);
      expect((await send()).statusCode).toBe(303);
      expect((await send()).statusCode).toBe(303);
      const messages = (await said(opened)).filter(({ body }) => body === words);
      expect(messages).toHaveLength(1);
      expect(messages[0]?.actor).toMatchObject({ kind: 'party', id: site.anna.party, through: 'web' });
      const files = await all<{ id: string; name: string; type: string }>('SELECT id, name, type FROM attachments');
      expect(files).toMatchObject([{ type: 'image/png' }]);
      const shown = await get(opened.path);
      expect(shown.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(shown.body).not.toContain('<script>');
      const file = await get(`${opened.path}/files/${files[0]?.id}`);
      expect(file.rawPayload).toEqual(png);
      expect(file.headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'x-content-type-options': 'nosniff',
      });
      expect(file.headers['content-disposition']).toMatch(/^attachment; filename\*=UTF-8''[\w.%_-]+$/);
      expect(String(file.headers['content-security-policy'])).toContain('sandbox');
    });

    test('given files that are too large, too many or not what they say, then they are refused in words and nothing is kept', async () => {
      const opened = await open();
      const exe = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200, 1)]);
      const cases: [string, { name: string; type: string; bytes: Buffer }[], string][] = [
        ['large', [{ name: 'a.jpg', type: 'image/jpeg', bytes: Buffer.alloc(10_485_761, 1) }], 'troppo grande'],
        [
          'many',
          Array.from({ length: 6 }, (_, index) => ({
            name: `${index}.txt`,
            type: 'text/plain',
            bytes: Buffer.from(`testo ${index}`),
          })),
          'Troppi file',
        ],
        [
          'very many',
          Array.from({ length: 60 }, (_, index) => ({
            name: `${index}.txt`,
            type: 'text/plain',
            bytes: Buffer.from('t'),
          })),
          'Troppi file',
        ],
        ['program', [{ name: 'fattura.pdf.exe', type: 'application/pdf', bytes: exe }], 'tipo di file'],
        ['disguised', [{ name: 'foto.jpg', type: 'image/jpeg', bytes: exe }], 'tipo di file'],
        [
          'page',
          [
            {
              name: 'foto.svg',
              type: 'image/svg+xml',
              bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
            },
          ],
          'tipo di file',
        ],
      ];
      const before = (await said(opened)).length;
      for (const [what, files, words] of cases) {
        const answer = await upload(`${opened.path}/messages`, { text: 'con file' }, files);
        expect([413, 422], what).toContain(answer.statusCode);
        expect(answer.body, what).toContain(words);
        expect(answer.body, what).toContain('con file</textarea>');
      }
      for (const text of ['', '   ', 'x'.repeat(10_001)])
        expect((await upload(`${opened.path}/messages`, { text })).statusCode).toBe(422);
      expect(await said(opened)).toHaveLength(before);
      expect(await all('SELECT 1 FROM attachments')).toEqual([]);
      const broken = await site.http.inject({
        method: 'POST',
        url: `${opened.path}/messages`,
        payload: 'no parts',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      });
      expect(broken.statusCode).toBeLessThan(500);
      expect(await said(opened)).toHaveLength(before);
    });

    test('given somebody asks for a call, changes where and how they are answered, and withdraws, then each is done and shown', async () => {
      const opened = await open();
      expect((await post(`${opened.path}/call`, { phone: 'abc' })).statusCode).toBe(422);
      expect(
        (await post(`${opened.path}/call`, { phone: '347 555 1009', words: 'dopo le 18' })).headers.location,
      ).toContain('done=call');
      expect((await get(opened.path)).body).toContain('La telefonata');
      expect((await post(`${opened.path}/channel`, { answeredAt: site.anna.phone, language: 'en' })).statusCode).toBe(
        303,
      );
      expect(await caseOf(opened)).toMatchObject({ language: 'en', contact_point_id: site.anna.phone });
      expect((await get(opened.path)).body).toContain('<html lang="en">');
      expect((await post(`${opened.path}/channel`, { answeredAt: site.bruno.mail, language: 'it' })).statusCode).toBe(
        422,
      );
      expect((await post(`${opened.path}/channel`, { answeredAt: "x' OR 1=1", language: 'it' })).statusCode).toBe(422);
      expect((await caseOf(opened)).contact_point_id).toBe(site.anna.phone);
      expect((await post(`${opened.path}/cancel`, { words: 'passato' })).statusCode).toBe(303);
      expect((await caseOf(opened)).state).toBe('cancelled');
      expect((await post(`${opened.path}/cancel`, {})).statusCode).toBe(409);
    });

    test('given a link that writes without end, then it is asked to wait', async () => {
      const opened = await open();
      const answers: number[] = [];
      for (let times = 0; times < 32; times++)
        answers.push((await upload(`${opened.path}/messages`, { text: `messaggio ${times}` })).statusCode);
      expect(answers.slice(0, 30)).not.toContain(429);
      expect(answers.slice(30)).toEqual([429, 429]);
    });
  });
});
