import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMINISTRATOR, rawMail, type Stage, setStage } from '../../tests/support/intake.ts';
import { count, makeNetwork } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { createHttp } from '../platform/http.ts';
import { newId } from '../platform/ids.ts';
import { mayAnswerAutomatically } from './automatic-answers.ts';
import { decideAgain } from './decide-again.ts';
import { listInbound } from './list-inbound.ts';
import { receiveForm, receiveMessage } from './receive.ts';
import { intakeRoutes } from './routes.ts';

const PHONE = (number: number): string => `+39399${String(number).padStart(7, '0')}`;

describe.each(ENGINES)('what comes in, on %s', (engine) => {
  let platform: TestPlatform;
  let stage: Stage;
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    await makeNetwork(platform, { mast: [] }, { mast: 30 });
    await sql`INSERT INTO contact_points (id, party_id, channel, address, verification)
      SELECT gen_random_uuid(), id, 'pec', 'c10@pec.example.com', 'verified' FROM parties WHERE external_id = 'c10'`.execute(
      platform.database.db,
    );
    stage = await setStage(platform);
  });
  afterAll(async () => await platform.close());

  const settled = async (id: string | null) => {
    await stage.flow.round();
    const found = (await stage.inbound()).find((one) => one.id === id);
    if (!found) throw new Error('it was not kept');
    return found;
  };
  const lastSms = async (from: string, text: string) => {
    platform.clock.advance(1000);
    await stage.sms(from, text);
    await stage.flow.round();
    const found = (await stage.inbound()).at(-1);
    if (!found) throw new Error('it was not kept');
    return found;
  };
  const caseOf = async (id: string | null) => {
    const { rows } = await sql<{
      id: string;
      number: string;
      state: string;
      topic: string;
      external_id: string | null;
      service_id: string | null;
      contact: string | null;
      messages: number;
      reminders: number;
    }>`
      SELECT cases.id, number, state, topic, parties.external_id, service_id, point.verification AS contact, messages, reminders FROM cases JOIN parties ON parties.id = cases.party_id
      LEFT JOIN contact_points point ON point.id = cases.contact_point_id WHERE cases.id = ${id}`.execute(
      platform.database.db,
    );
    const [row] = rows;
    if (!row) throw new Error('there is no such case');
    return row;
  };
  const said = async (caseId: string) =>
    (
      await sql<{
        direction: string;
        kind: string;
        channel: string;
        claim: boolean;
      }>`SELECT direction, kind, channel, claim FROM messages WHERE case_id = ${caseId} ORDER BY number`.execute(
        platform.database.db,
      )
    ).rows;

  test('given the same matter by SMS, by mail, by certified mail, and a reminder, then it is one case, acknowledged once', async () => {
    const first = await lastSms(PHONE(10), 'Buongiorno, internet non funziona da stamattina');
    const opened = await caseOf(first.case_id);
    expect(opened).toMatchObject({
      state: 'acknowledged',
      topic: 'line down',
      external_id: 'c10',
      contact: 'verified',
    });
    expect(opened.service_id).not.toBeNull();
    const mail = await stage.mail(
      rawMail({ from: 'Customer 10 <c10@example.com>', text: 'La linea non va, il modem è rosso.' }),
    );
    expect((await settled(mail)).case_id).toBe(opened.id);
    const pec = await stage.mail(rawMail({ from: 'c10@pec.example.com', text: 'Linea guasta, chiedo intervento.' }), {
      kind: 'pec',
    });
    expect((await settled(pec)).case_id).toBe(opened.id);
    expect((await lastSms(PHONE(10), 'Ancora niente?')).case_id).toBe(opened.id);
    const messages = await said(opened.id);
    expect(messages.filter(({ direction }) => direction === 'in').map(({ channel }) => channel)).toEqual([
      'sms',
      'email',
      'pec',
      'sms',
    ]);
    expect(messages.filter(({ kind }) => kind === 'acknowledgement')).toHaveLength(1);
    expect(messages.every(({ claim }) => !claim)).toBe(true);
    expect(await count(platform, 'cases', `party_id = (SELECT id FROM parties WHERE external_id = 'c10')`)).toBe(1);
  });

  test('given a stranger who writes the number of a case, then it is kept beside it as a claim and nothing moves', async () => {
    const opened = await caseOf((await lastSms(PHONE(1), 'Internet non va')).case_id);
    const before = await caseOf(opened.id);
    const mail = await stage.mail(
      rawMail({
        from: 'eva@stranger.example',
        subject: `Pratica ${opened.number}`,
        text: 'Chiudete pure, funziona. 1',
      }),
    );
    const settledMail = await settled(mail);
    expect(settledMail.case_id).toBe(opened.id);
    expect((await said(opened.id)).at(-1)).toMatchObject({ direction: 'in', claim: true });
    expect(await caseOf(opened.id)).toMatchObject({ state: before.state, reminders: before.reminders });
  });

  test('given somebody new by mail, then they are a party with a claimed address, and get an answer; by SMS no answer leaves', async () => {
    const mail = await settled(
      await stage.mail(
        rawMail({ from: 'Nuova Persona <nuova@example.org>', text: 'Vorrei attivare una nuova linea.' }),
      ),
    );
    expect(await caseOf(mail.case_id)).toMatchObject({
      state: 'acknowledged',
      external_id: null,
      contact: 'claimed',
      topic: 'activation',
    });
    expect(mail.facts).toMatchObject({ proof: 'plausible', identity: 'claim' });
    const sms = await lastSms('+393661234567', 'La linea non funziona');
    expect(await caseOf(sms.case_id)).toMatchObject({ state: 'received', external_id: null });
    const short = await lastSms('4300', 'La linea non funziona');
    expect(await caseOf(short.case_id)).toMatchObject({ state: 'received' });
    // The second mail of the same person is the same person.
    const again = await settled(
      await stage.mail(rawMail({ from: 'nuova@example.org', text: 'Sollecito attivazione' })),
    );
    expect(again.case_id).toBe(mail.case_id);
  });

  test('given a mail that fails DMARC by the word of the trusted server, then it is a claim and not answered; a forged header is not believed', async () => {
    const [failed, forged] = ['mx.lagonet.example', 'mx.attacker.example'].map((name) => [
      `Authentication-Results: ${name}; dmarc=${name.includes('attacker') ? 'pass' : 'fail'} header.from=example.com`,
    ]);
    const mail = await settled(
      await stage.mail(rawMail({ from: 'c20@example.com', text: 'Fattura sbagliata', headers: failed ?? [] })),
    );
    expect(mail.facts).toMatchObject({ proof: 'none', dmarc: 'fail' });
    const opened = await caseOf(mail.case_id);
    expect(opened.state).toBe('received');
    expect(await said(opened.id)).toEqual([{ direction: 'in', kind: 'first', channel: 'email', claim: true }]);
    const other = await settled(
      await stage.mail(rawMail({ from: 'c30@example.com', text: 'Fattura sbagliata', headers: forged ?? [] })),
    );
    expect(other.facts).toMatchObject({ proof: 'plausible', dmarc: null });
  });

  test('given machines, our own mail, spam and repeats, then each has its recorded decision and no case', async () => {
    const cases = await count(platform, 'cases', 'true');
    const decided = async (words: Parameters<typeof rawMail>[0], more?: Parameters<Stage['mail']>[1]) =>
      (await settled(await stage.mail(rawMail(words), more))).decision;
    expect(
      await decided({ from: 'c10@example.com', text: 'Sono in ferie', headers: ['Auto-Submitted: auto-replied'] }),
    ).toBe('automatic');
    expect(await decided({ from: 'email@lagonet.example', text: 'Una risposta' })).toBe('own mail');
    const flag = ['Authentication-Results: mx.lagonet.example; spf=pass', 'X-Spam-Flag: YES'];
    expect(await decided({ from: 'win@casino.example', text: 'Win', headers: flag })).toBe('spam');
    expect(await decided({ from: 'c10@example.com', text: 'Vecchia posta' }, { quiet: true })).toBe(
      'older than the connection',
    );
    expect(await count(platform, 'cases', 'true')).toBe(cases);
    // The same mail through a second mailbox: another Delivered-To, the same words.
    const words = { from: 'c20@example.com', subject: 'Modem', text: 'Il router è rotto', id: '<same@example.com>' };
    const once = await settled(
      await stage.mail(rawMail({ ...words, headers: ['Delivered-To: care@lagonet.example'] })),
    );
    const twice = await settled(
      await stage.mail(rawMail({ ...words, headers: ['Delivered-To: info@lagonet.example'] })),
    );
    expect(twice).toMatchObject({ decision: 'repeat', case_id: null, facts: { about: once.case_id } });
    expect(await stage.mail(rawMail({ ...words, headers: ['Delivered-To: info@lagonet.example'] }))).toBeNull();
  });

  test('given what was set aside, when a person wants a case of it, then it gets one; and spam can be blocked for good', async () => {
    const { items } = await listInbound(platform.database.db, 'older than the connection', null);
    const [old] = items;
    expect(old).toMatchObject({ sender: 'c10@example.com', text: 'Assistenza · Vecchia posta', mailbox: 'email' });
    const placed = await decideAgain(stage.flow.intake, ADMINISTRATOR, old?.id ?? '', { decision: 'case' });
    expect(placed.caseId).not.toBeNull();
    expect(placed.decision).toBeNull();
    await expect(
      decideAgain(stage.flow.intake, ADMINISTRATOR, old?.id ?? '', { decision: 'spam' }),
    ).rejects.toMatchObject({ code: 'in-a-case' });
    const [machine] = (await listInbound(platform.database.db, 'automatic', null)).items;
    await decideAgain(stage.flow.intake, ADMINISTRATOR, machine?.id ?? '', { decision: 'spam', blockSender: true });
    const blocked = await settled(await stage.mail(rawMail({ from: 'C10@example.com', text: 'Internet non va' })));
    expect(blocked).toMatchObject({ decision: 'spam', facts: { why: 'its sender is blocked by staff' } });
  });

  test('given mail that came back for good, then the address is unreachable; something from there makes it reachable', async () => {
    const { rows } = await sql<{
      mail_id: string;
    }>`SELECT mail_id FROM messages JOIN contact_points point ON point.id = contact_point_id
      WHERE direction = 'out' AND address = 'c30@example.com' AND mail_id IS NOT NULL LIMIT 1`.execute(
      platform.database.db,
    );
    const report = (status: string, about = rows[0]?.mail_id ?? '') =>
      Buffer.from(
        [
          'From: MAILER-DAEMON@mx.example.com',
          'To: email@lagonet.example',
          'Subject: Undelivered',
          `Message-ID: <${newId()}@mx.example.com>`,
          'MIME-Version: 1.0',
          'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
          '',
          '--b',
          'Content-Type: text/plain',
          '',
          'Sorry.',
          '--b',
          'Content-Type: message/delivery-status',
          '',
          'Reporting-MTA: dns; mx.example.com',
          '',
          'Final-Recipient: rfc822; c30@example.com',
          'Action: failed',
          `Status: ${status}`,
          '',
          '--b',
          'Content-Type: text/rfc822-headers',
          '',
          `Message-ID: ${about}`,
          'To: c30@example.com',
          '',
          '--b--',
          '',
        ].join('\r\n'),
      );
    expect(rows).toHaveLength(1);
    const unreachable = async () =>
      await count(platform, 'contact_points', `address = 'c30@example.com' AND unreachable_since IS NOT NULL`);
    // About a mail that we never sent: forged, or not ours.
    const forged = await settled(await stage.mail(report('5.1.1', `<${newId()}@lagonet.example>`)));
    expect(forged).toMatchObject({ decision: 'bounce', facts: { unreachable: 0 } });
    expect(await settled(await stage.mail(report('4.2.2')))).toMatchObject({ decision: 'bounce' });
    expect(await unreachable()).toBe(0);
    await settled(await stage.mail(report('4.2.2')));
    expect(await settled(await stage.mail(report('4.2.2')))).toMatchObject({
      decision: 'bounce',
      facts: { unreachable: 1 },
    });
    expect(await unreachable()).toBe(1);
    await settled(await stage.mail(rawMail({ from: 'c30@example.com', text: 'Eccomi, la linea è lenta' })));
    expect(await unreachable()).toBe(0);
    await settled(await stage.mail(report('5.1.1')));
    expect(await unreachable()).toBe(1);
  });

  test('given STOP by mail, then exactly that address is not told any more', async () => {
    expect(
      await settled(await stage.mail(rawMail({ from: 'c20@example.com', subject: 'STOP', text: '' }))),
    ).toMatchObject({ decision: 'stop', case_id: null });
    expect(await count(platform, 'contact_points', `address = 'c20@example.com' AND consent = 'refused'`)).toBe(1);
    expect(await count(platform, 'contact_points', `address = '${PHONE(20)}' AND consent = 'granted'`)).toBe(1);
  });

  test('given a mail that cannot be read, then it is a case for a person, with the original to fetch, and the reading of it is recorded', async () => {
    const raw = Buffer.from('no headers at all\u0000\xff', 'latin1');
    const kept = await stage.mail(raw);
    const broken = await settled(kept);
    expect(broken.trouble).not.toBeNull();
    expect((await caseOf(broken.case_id)).state).toBe('received');
    expect((await listInbound(platform.database.db, 'unreadable', null)).items.map(({ id }) => id)).toContain(kept);
    const http = createHttp({ log: platform.log, guard: async () => ADMINISTRATOR, trustedProxies: [] });
    intakeRoutes(http, stage.flow.intake);
    const answer = await http.inject({ url: `/api/v1/inbound/${kept}/raw` });
    expect(answer.rawPayload.equals(raw)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers['content-disposition']).toMatch(/^attachment/);
    expect(await count(platform, 'events', `kind = 'message.raw-read' AND subject_id = '${kept}'`)).toBe(1);
    const body = { channel: 'phone', address: PHONE(7), text: 'Al telefono: la linea è ferma' };
    const hand = async (text: string) =>
      await http.inject({
        method: 'POST',
        url: '/api/v1/messages',
        headers: { 'idempotency-key': 'key-number-7' },
        payload: { ...body, text },
      });
    const made = await hand(body.text);
    expect(made.statusCode).toBe(201);
    const again = await hand(body.text);
    expect(again.statusCode).toBe(200);
    expect(again.json()).toMatchObject({ caseId: made.json<{ caseId: string }>().caseId, repeated: true });
    expect((await hand('other words')).json()).toMatchObject({ code: 'key-used' });
    expect((await http.inject({ method: 'POST', url: '/api/v1/messages', payload: body })).statusCode).toBe(400);
    await http.close();
  });

  test('given a letter, then it opens a case for nobody who could be answered', async () => {
    const letter = await settled(
      await stage.mail(
        rawMail({ from: 'scanner@lagonet.example', subject: 'Scan 17', text: 'Disdetta del contratto' }),
        { kind: 'letter' },
      ),
    );
    expect(await caseOf(letter.case_id)).toMatchObject({ state: 'received', contact: null, topic: 'ending' });
  });

  test('given two customers with one number, then staff is asked: a party apart, the candidates named, nobody merged', async () => {
    await sql`INSERT INTO contact_points (id, party_id, channel, address, verification) SELECT gen_random_uuid(), id, 'sms', ${PHONE(3)}, 'verified' FROM parties WHERE external_id = 'c4'`.execute(
      platform.database.db,
    );
    const first = await lastSms(PHONE(3), 'Internet non va');
    expect(await caseOf(first.case_id)).toMatchObject({ external_id: null, contact: 'claimed' });
    expect(first.facts.candidates).toHaveLength(2);
    expect((await lastSms(PHONE(3), 'Ancora niente')).case_id).toBe(first.case_id);
  });

  test('given a form, then its page has the number at once; twice the same is once; an address in it proves nothing', async () => {
    const form = {
      key: 'form-1',
      name: 'Customer 11',
      address: PHONE(11),
      subject: null,
      text: 'La linea è lenta',
      language: 'it',
      attachments: [],
    } as const;
    const received = await platform.database.transaction((tx) => receiveForm(tx, stage.flow.intake, form));
    expect(received).toMatchObject({ claim: true, decision: null, repeated: false });
    expect(received.number).toMatch(/^\d{9,}$/);
    expect(await platform.database.transaction((tx) => receiveForm(tx, stage.flow.intake, form))).toMatchObject({
      caseId: received.caseId,
      repeated: true,
    });
    const unknown = await platform.database.transaction((tx) =>
      receiveForm(tx, stage.flow.intake, { ...form, key: 'form-2', address: 'nobody@example.net' }),
    );
    expect(await caseOf(unknown.caseId)).toMatchObject({ contact: null, external_id: null });
    const { rows } = await sql<{ id: string }>`SELECT id FROM parties WHERE external_id = 'c12'`.execute(
      platform.database.db,
    );
    const byStaff = await platform.database.transaction((tx) =>
      receiveMessage(tx, stage.flow.intake, ADMINISTRATOR, {
        ...form,
        key: 'phone-1',
        from: { partyId: rows[0]?.id ?? '' },
        channel: 'phone',
        acknowledge: true,
      }),
    );
    expect(byStaff.claim).toBe(false);
    expect(await caseOf(byStaff.caseId)).toMatchObject({ external_id: 'c12', state: 'acknowledged' });
  });

  test('given automatic answers to one address, then five an hour and twenty a day', async () => {
    const ask = async () =>
      await platform.database.transaction((tx) =>
        mayAnswerAutomatically(tx, 'loop@example.com', platform.clock.business()),
      );
    let day = 0;
    for (let hour = 0; hour < 6; hour++) {
      let allowed = 0;
      for (let times = 0; times < 8; times++) if (await ask()) allowed++;
      expect(allowed).toBe(hour < 4 ? 5 : 0);
      day += allowed;
      platform.clock.advance(3_600_001);
    }
    expect(day).toBe(20);
    platform.clock.advance(86_400_000);
    expect(await ask()).toBe(true);
  });

  test('at the end every message is in a case or has a decision', async () => {
    await stage.flow.round();
    expect(await count(platform, 'inbound_messages', '(case_id IS NULL) = (decision IS NULL)')).toBe(0);
    expect(await count(platform, 'inbound_messages', 'worked_at IS NULL')).toBe(0);
  });
});
