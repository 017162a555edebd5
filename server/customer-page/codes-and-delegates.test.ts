import { describe, expect, test } from 'vitest';
import { DAY, MAIL, type Opened, PHONE, useCustomerPage } from '../../tests/support/customer-page.ts';
import { textOfPdf } from '../../tests/support/read-pdf.ts';
import { readZip } from '../../tests/support/read-zip.ts';
import { ENGINES } from '../../tests/support/test-platform.ts';
import { mergeParties, unmergeParties } from '../customers/merge.ts';
import type { Actor } from '../platform/actor.ts';
import { newId } from '../platform/ids.ts';

describe.each(ENGINES)('the customer’s page, behind a code, on %s', (engine) => {
  const site = useCustomerPage(engine);
  const { open, get, post, upload, one, caseOf, said, sentTo, codeAt, withCode } = site;

  describe('what needs a code', () => {
    test('given a formal complaint, then it needs the code that was sent to a known address; five wrong ones kill it', async () => {
      const opened = await open();
      expect(
        (await post(`${opened.path}/formal`, { codeAt: site.anna.mail, code: '123456', text: 'Chiedo un rimborso' }))
          .statusCode,
      ).toBe(422);
      const { code } = await withCode(opened, 'formal');
      const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
      for (let tries = 0; tries < 5; tries++) {
        const refused = await post(`${opened.path}/formal`, {
          codeAt: site.anna.mail,
          code: wrong,
          text: 'Chiedo un rimborso',
        });
        expect(refused.statusCode).toBe(422);
        expect(refused.body).toContain('Chiedo un rimborso</textarea>');
      }
      const dead = await post(`${opened.path}/formal`, { codeAt: site.anna.mail, code, text: 'Chiedo un rimborso' });
      expect(dead.body).toContain('non vale più');
      expect((await caseOf(opened)).formal_at).toBeNull();

      const fresh = await withCode(opened, 'formal', site.anna.phone, PHONE);
      const done = await post(`${opened.path}/formal`, { ...fresh, once: 'f1', text: 'Chiedo un rimborso' });
      expect(done.headers.location).toBe(`${opened.path}?done=formal`);
      expect((await caseOf(opened)).formal_at).not.toBeNull();
      expect((await get(opened.path)).body).toContain('La risposta scritta al reclamo');
      expect(
        (await post(`${opened.path}/formal`, { ...fresh, once: 'f1', text: 'Chiedo un rimborso' })).statusCode,
      ).toBe(303);
      expect((await said(opened)).filter(({ kind }) => kind === 'complaint')).toHaveLength(1);
    });

    test('given codes are asked for without end or for others’ addresses, then there is an end, and nothing goes to strangers', async () => {
      const opened = await open();
      const answers: number[] = [];
      for (let times = 0; times < 5; times++)
        answers.push((await post(`${opened.path}/code`, { page: 'formal', codeAt: site.anna.phone })).statusCode);
      expect(answers).toEqual([303, 303, 303, 429, 429]);
      expect(await sentTo(PHONE)).toHaveLength(3);
      for (const codeAt of [site.bruno.phone, newId(), '', '+393475551234'])
        expect((await post(`${opened.path}/code`, { page: 'formal', codeAt })).statusCode).toBe(422);
      expect(await sentTo('+393475551002')).toEqual([]);
      const foreign = await open(site.bruno);
      await withCode(foreign, 'formal', site.bruno.mail, 'bruno@example.it');
      const borrowed = await post(`${opened.path}/formal`, {
        codeAt: site.bruno.mail,
        code: await codeAt('bruno@example.it'),
        text: 'x',
      });
      expect(borrowed.statusCode).toBe(422);
    });

    test('given a new address, then it counts only after both codes; a code for one thing opens no other', async () => {
      const opened = await open();
      const download = await withCode(opened, 'download');
      expect((await post(`${opened.path}/contact-point`, { ...download, new: 'nuova@example.it' })).statusCode).toBe(
        422,
      );
      const known = await withCode(opened, 'contact-point');
      for (const wrong of ['', 'non un indirizzo', '+12025550123', MAIL])
        expect((await post(`${opened.path}/contact-point`, { ...known, new: wrong })).statusCode, wrong).toBe(422);
      const next = await post(`${opened.path}/contact-point`, { ...known, new: '347 555 1099' });
      expect(next.statusCode).toBe(303);
      const point = /new=([\w-]+)$/.exec(String(next.headers.location))?.[1] ?? '';
      expect((await get(String(next.headers.location))).body).toContain('Confermi il nuovo recapito');
      const standing = () =>
        one<{ verification: string; verified_how: string | null }>(
          'SELECT verification, verified_how FROM contact_points WHERE id = $1',
          [point],
        );
      expect((await standing()).verification).toBe('claimed');
      expect((await post(`${opened.path}/contact-point/confirm`, { point, code: '000000' })).statusCode).toBe(422);
      expect(
        (await post(`${opened.path}/contact-point/confirm`, { point: site.bruno.mail, code: '000000' })).statusCode,
      ).toBe(422);
      const done = await post(`${opened.path}/contact-point/confirm`, { point, code: await codeAt('+393475551099') });
      expect(done.headers.location).toContain('done=contact-point');
      expect(await standing()).toEqual({ verification: 'verified', verified_how: 'code' });
    });

    test('given somebody of whom nothing is verified, then a code goes only where their link went, and nowhere once a verified address is there', async () => {
      const opened = await open();
      const { pool } = site.platform.database;
      await pool.query("UPDATE contact_points SET verification = 'claimed' WHERE party_id = $1", [site.anna.party]);
      expect((await post(`${opened.path}/code`, { page: 'formal', codeAt: site.anna.phone })).statusCode).toBe(422);
      await withCode(opened, 'formal');
      await pool.query("UPDATE contact_points SET verification = 'verified' WHERE id = $1", [site.anna.phone]);
      expect((await post(`${opened.path}/code`, { page: 'download', codeAt: site.anna.mail })).statusCode).toBe(422);
    });

    test('given staff found that the writer is a known customer, then their link goes on; when it was a mistake it shows nothing of the other', async () => {
      const opened = await open(site.bruno);
      await site.platform.database.pool.query('UPDATE parties SET external_id = NULL WHERE id = $1', [
        site.bruno.party,
      ]);
      const elena: Actor = { kind: 'staff', id: 'elena', roles: ['manager'] };
      const merging = await site.platform.database.transaction((tx) =>
        mergeParties(tx, site.platform.clock, site.flow.merging, elena, {
          from: site.bruno.party,
          into: site.anna.party,
        }),
      );
      expect((await get(opened.path)).statusCode).toBe(200);
      await site.platform.database.transaction((tx) =>
        unmergeParties(tx, site.platform.clock, site.flow.merging, elena, merging.id),
      );
      const shown = await get(`${opened.path}/delegate`);
      expect(shown.statusCode).toBe(200);
      expect(shown.body).toContain(site.bruno.mail);
      expect(shown.body).not.toContain(site.anna.mail);
    });

    test('given a download, then it is a ZIP with what the customer may see and nothing else', async () => {
      const opened = await open();
      await upload(`${opened.path}/messages`, { text: 'con allegato' }, [
        { name: 'nota.txt', type: 'text/plain', bytes: Buffer.from('la mia nota') },
      ]);
      await site.platform.database.pool.query(
        "INSERT INTO messages (said_at, id, case_id, number, direction, visibility, kind, channel, actor, language, body) VALUES ($1, $2, $3, 90, 'note', 'operator', 'note', 'desk', '{}', 'it', 'SOLO PER NOI')",
        [site.platform.clock.business(), newId(), opened.id],
      );
      await site.platform.database.pool.query(
        "INSERT INTO messages (said_at, id, case_id, number, direction, visibility, kind, channel, actor, language, body, state) VALUES ($1, $2, $3, 91, 'out', 'customer', 'answer', 'email', '{}', 'it', 'ANCORA DA PENSARE', 'held')",
        [site.platform.clock.business(), newId(), opened.id],
      );
      await site.platform.database.pool.query(
        "INSERT INTO events (at, recorded_at, kind, subject_kind, subject_id, actor) VALUES ($1, $1, 'case.noted', 'case', $2, '{}')",
        [site.platform.clock.business(), opened.id],
      );
      const given = await withCode(opened, 'download');
      const archive = await post(`${opened.path}/download`, given);
      expect(archive.headers['content-type']).toBe('application/zip');
      expect(archive.headers['content-disposition']).toBe(`attachment; filename="${opened.number}.zip"`);
      const files = readZip(archive.rawPayload);
      expect([...files.keys()]).toEqual(expect.arrayContaining([`${opened.number}.pdf`, 'index.json']));
      const [, note] = [...files].find(([name]) => /^attachments\/\d{3}-\d\d-nota\.txt$/.test(name)) ?? [];
      expect(note?.toString()).toBe('la mia nota');
      const index = JSON.parse(files.get('index.json')?.toString() ?? '{}');
      expect(index).toMatchObject({ format: 'filodiretto-case/1', case: { number: opened.number } });
      expect(index.messages.map(({ body }: { body: string }) => body)).toContain('con allegato');
      const everything = `${[...files.values()].map(String).join()}${textOfPdf(files.get(`${opened.number}.pdf`) ?? Buffer.alloc(0))}`;
      expect(everything).toContain('Fascicolo della pratica');
      for (const hidden of ['SOLO PER NOI', 'ANCORA DA PENSARE', 'case.noted', 'Nota interna'])
        expect(everything).not.toContain(hidden);
      const { rows } = await site.platform.database.pool.query(
        "SELECT actor, data FROM events WHERE kind = 'case.exported' AND subject_id = $1",
        [opened.id],
      );
      expect(rows).toEqual([
        { actor: expect.objectContaining({ kind: 'party', id: site.anna.party }), data: { audience: 'customer' } },
      ]);
      expect((await get(opened.path)).body).not.toContain('SOLO PER NOI');
      expect((await post(`${opened.path}/download`, given)).statusCode).toBe(422);
    });
  });

  describe('a delegate', () => {
    const appoint = async (opened: Opened, scopes: string[]) => {
      const given = await withCode(opened, 'delegate');
      const done = await post(`${opened.path}/delegate`, {
        ...given,
        name: 'Studio <b>Neri</b>',
        address: 'studio@example.it',
        scopes,
        starts: '2026-03-10',
        ends: '2026-04-09',
      });
      expect(done.headers.location, /role="alert">.*?<p>(.*?)<\/p>/s.exec(done.body)?.[1]).toContain('done=delegate');
      const token = /\/c\/([\w-]{22})/.exec((await sentTo('studio@example.it')).at(-1) ?? '')?.[1] ?? '';
      return `/c/${token}`;
    };

    test('given scopes and dates, then the delegate acts from a link of their own, each act with both names, until the last day', async () => {
      const opened = await open();
      const path = await appoint(opened, ['technical', 'billing:view']);
      const shown = await get(path);
      expect(shown.body).toContain('Lei agisce per conto di Anna Verdi, come Studio &lt;b&gt;Neri&lt;/b&gt;');
      expect((await upload(`${path}/messages`, { text: 'Scrivo per la signora Verdi' })).statusCode).toBe(303);
      const message = (await said(opened)).find(({ body }) => body.startsWith('Scrivo per'));
      expect(message?.actor).toMatchObject({ kind: 'party', for: site.anna.party });
      expect(message?.actor.id).not.toBe(site.anna.party);
      expect((await get(opened.path)).body).toContain('Studio &lt;b&gt;Neri&lt;/b&gt;, per Suo conto');
      // What is the customer's own stays theirs.
      for (const page of ['formal', 'delegate', 'contact-point', 'download']) {
        expect((await get(`${path}/${page}`)).statusCode).toBe(303);
        expect(
          (await post(`${path}/${page}`, { code: '123456', codeAt: site.anna.mail, text: 'x' })).headers.location,
        ).toBe(path);
      }
      expect((await post(`${path}/code`, { page: 'formal', codeAt: site.anna.mail })).headers.location).toBe(path);
      expect((await post(`${path}/cancel`, {})).statusCode).toBe(409);
      expect((await post(`${path}/channel`, { answeredAt: '', language: 'en' })).statusCode).toBe(409);
      expect(shown.body).not.toContain('a…@example.it');

      site.platform.clock.advance(31 * DAY);
      expect((await get(path)).statusCode).toBe(403);
      expect((await upload(`${path}/messages`, { text: 'ancora' })).statusCode).toBe(403);
    });

    test('given no right to see money, then no amount is seen, and a case about a bill not at all', async () => {
      const opened = await open(site.anna, 'Mi avete addebitato € 24,90 di troppo');
      const path = await appoint(opened, ['technical']);
      expect((await get(path)).body).not.toContain('24,90');
      expect((await get(opened.path)).body).toContain('24,90');
      await site.platform.database.pool.query("UPDATE cases SET topic = 'bill' WHERE id = $1", [opened.id]);
      const refused = await get(path);
      expect(refused.statusCode).toBe(403);
      expect(refused.body).not.toMatch(/Anna|addebitato/);
      expect((await upload(`${path}/messages`, { text: 'x' })).statusCode).toBe(403);
    });

    test('given the customer takes the delegation back, then it is over at once; wrong dates and scopes are refused in words', async () => {
      const opened = await open();
      const path = await appoint(opened, ['technical']);
      const { id } = await one<{ id: string }>('SELECT id FROM delegations');
      expect((await post(`${opened.path}/delegate/end`, { delegation: newId() })).statusCode).toBe(409);
      expect((await post(`${opened.path}/delegate/end`, { delegation: id })).headers.location).toContain(
        'delegate-ended',
      );
      expect((await get(path)).statusCode).toBe(403);
      const given = await withCode(opened, 'delegate');
      const form = {
        ...given,
        name: 'X',
        address: 'x@example.it',
        scopes: 'technical',
        starts: '2026-03-10',
        ends: '2026-03-20',
      };
      for (const wrong of [
        { ends: '2026-03-09' },
        { ends: 'domani' },
        { ends: '2029-01-01' },
        { scopes: 'everything' },
        { address: 'no' },
        { name: ' ' },
      ])
        expect((await post(`${opened.path}/delegate`, { ...form, ...wrong })).statusCode, JSON.stringify(wrong)).toBe(
          422,
        );
      expect((await post(`${opened.path}/delegate`, form)).statusCode).toBe(303);
    });
  });
});
