import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PecProvider, startPecProvider } from '../../example/pec-provider.ts';
import { ADMINISTRATOR, type Stage, setStage } from '../../tests/support/intake.ts';
import { count } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { openMailbox } from '../channels/email/mailbox.ts';
import { createOutboxWorker, enqueueSingle, type OutboxWorker } from '../outbox/index.ts';
import { endRoute, listRoutes, makeRoute, testRoute } from '../outbox/manage-routes.ts';
import { until } from '../outbox/outbox.fixture.ts';
import { newId } from '../platform/ids.ts';
import { createMailboxWorker, type MailboxWorker } from './mailbox-worker.ts';
import { changeMailbox, listMailboxes } from './manage-mailboxes.ts';

/** Certified mail both ways, over SMTP and IMAP, with a provider at the other end. */
describe.each(ENGINES)('certified mail that is answered, on %s', (engine) => {
  let platform: TestPlatform;
  let stage: Stage;
  let provider: PecProvider;
  let outbox: OutboxWorker;
  let mailboxes: MailboxWorker;
  let routeId: string;

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    stage = await setStage(platform);
    provider = await startPecProvider({
      now: () => platform.clock.business(),
      behaviour: { deliveryMilliseconds: 5 },
    });
    const smtp = { host: '127.0.0.1', port: provider.smtpPort, tls: 'none', connections: 1, perSecond: 100 } as const;
    const common = { enabled: true, costMillicents: 0, password: provider.password };
    const config = { ...smtp, user: provider.address, from: provider.address };
    routeId = (await makeRoute(platform, ADMINISTRATOR, { ...common, name: 'PEC', kind: 'pec', config })).id;
    const mail = await makeRoute(platform, ADMINISTRATOR, {
      ...common,
      name: 'Posta',
      enabled: false,
      kind: 'smtp',
      config,
    });
    const change = { address: provider.address, password: provider.password };
    await expect(
      changeMailbox(platform, ADMINISTRATOR, stage.mailboxes.pec, { ...change, routeId: mail.id }),
    ).rejects.toMatchObject({ code: 'mailbox-refers' });
    await endRoute(platform, ADMINISTRATOR, mail.id);
    for (const id of [stage.mailboxes.email, stage.mailboxes.letter])
      await changeMailbox(platform, ADMINISTRATOR, id, { enabled: false });
    const before = (await listMailboxes(platform)).find(({ id }) => id === stage.mailboxes.pec);
    if (!before) throw new Error('the mailbox is missing');
    await changeMailbox(platform, ADMINISTRATOR, before.id, {
      ...change,
      routeId,
      config: { ...before.config, port: provider.imap.port, user: provider.address, trustedRoots: provider.rootPem },
    });
    outbox = createOutboxWorker(platform, stage.flow.outbox);
    await outbox.start();
    mailboxes = createMailboxWorker(platform, (given, ports) =>
      openMailbox(given, ports, { reconnectMilliseconds: [20] }),
    );
    await mailboxes.start();
    await until(async () => (await listMailboxes(platform)).some(({ state }) => state === 'up'));
    await until(async () => (await listRoutes(platform)).some(({ state }) => state === 'up'));
  });
  afterAll(async () => {
    await mailboxes?.stop();
    await outbox?.stop();
    await provider?.close();
    await platform.close();
  });

  const cases = async () =>
    (
      await sql<{
        id: string;
        messages: number;
      }>`SELECT id, messages FROM cases ORDER BY opened_at, number`.execute(platform.database.db)
    ).rows;
  const sent = async (caseId: string) =>
    (
      await sql<{
        id: string;
        state: string;
        reason: string | null;
        mail_id: string;
      }>`SELECT id, state, state_reason AS reason, mail_id FROM messages WHERE case_id = ${caseId} AND direction = 'out' ORDER BY number`.execute(
        platform.database.db,
      )
    ).rows;
  /** By type: receipts that come together are worked off at the same time. */
  const said = async (caseId: string) =>
    (
      await sql<{
        kind: string;
        data: Record<string, unknown>;
      }>`SELECT kind, data FROM events WHERE subject_id = ${caseId} AND kind LIKE 'case.legal-%' ORDER BY data->>'type', data->>'proven'`.execute(
        platform.database.db,
      )
    ).rows;
  const about = (raw: Buffer, type: string, messageId: string): boolean =>
    new RegExp(`^X-Ricevuta: ${type}`, 'im').test(raw.toString('latin1')) && raw.toString('latin1').includes(messageId);
  /** Word to many by certified mail, as the fan-out queues it; the id of the notice. */
  const announce = async (address: string): Promise<string> => {
    const [id, party, point, now] = [newId(), newId(), newId(), platform.clock.business()];
    const run = (text: string, values: unknown[]) => platform.database.pool.query(text, values);
    await run("INSERT INTO parties (id, name, kind, language) VALUES ($1, 'X', 'business', 'it')", [party]);
    await run(
      "INSERT INTO contact_points (id, party_id, channel, address, verification, consent) VALUES ($1, $2, 'pec', $3, 'verified', 'granted')",
      [point, party, address],
    );
    await run(
      "INSERT INTO announcements (id, subject_kind, subject_id, number, kind, answer, audience, state, made_at, actor, valid_until) VALUES ($1, 'incident', $1, 1, 'confirmed', '{}', 'concerned', 'told', $2, '{}', $2)",
      [id, now],
    );
    await run(
      "INSERT INTO outgoing_texts (id, channel, language, subject, body) VALUES ($1, 'pec', 'it', 'Guasto', 'Guasto a Verbania.')",
      [id],
    );
    await run(
      "INSERT INTO notices (made_at, id, announcement_id, subject_id, party_id, contact_point_id, channel, language, text_id, state, valid_until) VALUES ($1, $2, $2, $2, $3, $4, 'pec', 'it', $2, 'queued', $5)",
      [now, id, party, point, new Date(now.getTime() + 3_600_000)],
    );
    await run(
      "INSERT INTO outbox (id, kind, channel, address, text_id, notice_made_at, made_at, not_before, valid_until) VALUES ($1, 'notice', 'pec', $2, $1, $3, $3, $3, $4)",
      [id, address, now, new Date(now.getTime() + 3_600_000)],
    );
    return id;
  };
  const noticeState = async (id: string) =>
    (await platform.database.pool.query('SELECT state FROM notices WHERE id = $1', [id])).rows[0]?.state;
  /** Goes on working off what comes in until something is so. */
  const workUntil = (isSo: () => Promise<boolean>): Promise<void> =>
    until(async () => {
      await stage.flow.round();
      outbox.wake();
      return await isSo();
    });

  test('given a customer who writes by certified mail, then the answer leaves certified, its delivery stands on message and case, once, and the reply finds the case', async () => {
    await provider.write({ from: 'anna@pec.example', subject: 'Reclamo', text: 'Internet non funziona.' });
    await workUntil(async () => (await cases()).length === 1);
    const [opened] = await cases();
    const id = opened?.id ?? '';
    await workUntil(async () => (await sent(id))[0]?.state === 'delivered' && (await said(id)).length === 2);
    const [answer] = await sent(id);
    const [submitted] = provider.submitted({ to: 'anna@pec.example' });
    expect(submitted).toMatchObject({ messageId: answer?.mail_id, receiptForm: 'completa' });
    expect(answer?.reason).toBeNull();
    expect(await said(id)).toMatchObject([
      {
        kind: 'case.legal-receipt',
        data: { type: 'accettazione', message: answer?.id, proven: true, legalDelivery: false },
      },
      {
        kind: 'case.legal-receipt',
        data: { type: 'avvenuta-consegna', message: answer?.id, proven: true, legalDelivery: true },
      },
    ]);
    expect(JSON.stringify(await said(id))).not.toContain('@');
    expect(await count(platform, 'outbox', 'true')).toBe(0);

    // The same receipts again, under other names of the mail around them.
    const before = (await stage.inbound()).length;
    const receipts = provider.imap.mails().filter(({ raw }) => /^X-Ricevuta:/im.test(raw.toString('latin1')));
    expect(receipts).toHaveLength(2);
    for (const { raw } of receipts)
      provider.imap.append(Buffer.from(raw.toString('latin1').replace(/^Message-ID: </im, '$&again-'), 'latin1'));
    await workUntil(
      async () => (await stage.inbound()).filter(({ decision }) => decision !== null).length === before + 1,
    );
    expect((await stage.inbound()).slice(before).map(({ decision }) => decision)).toEqual(['receipt', 'receipt']);
    expect(await said(id)).toHaveLength(2);

    // What the recipient's program answers to is the envelope, not our mail.
    await provider.write({
      from: 'anna@pec.example',
      subject: 'R: altra cosa',
      text: 'Grazie, ora so.',
      inReplyTo: `<${submitted?.identifier}>`,
    });
    const replied = async () => (await stage.inbound()).filter(({ facts }) => facts.placed === 'reply');
    await workUntil(async () => (await replied()).length === 1);
    expect(await replied()).toMatchObject([{ case_id: id }]);
    expect(await cases()).toHaveLength(1);
  });

  test('given no such mailbox, then the message failed, the address is unreachable, and no delivery is claimed', async () => {
    await provider.write({ from: 'nessuno@pec.example', subject: 'Fattura', text: 'La fattura è sbagliata.' });
    await workUntil(async () => (await cases()).length === 2);
    const id = (await cases())[1]?.id ?? '';
    await workUntil(async () => (await sent(id))[0]?.state === 'failed' && (await said(id)).length === 2);
    expect((await sent(id))[0]?.reason).toContain('does not exist');
    expect((await said(id)).map(({ kind }) => kind)).toEqual(['case.legal-receipt', 'case.legal-delivery-failed']);
    expect(
      await count(
        platform,
        'contact_points',
        `address = 'nessuno@pec.example' AND channel = 'pec' AND unreachable_since IS NOT NULL`,
      ),
    ).toBe(1);
  });

  test('given no trusted certificates, then the delivery is noted as not proven and moves nothing, until the same is proven', async () => {
    const box = (await listMailboxes(platform)).find(({ id }) => id === stage.mailboxes.pec);
    if (!box) throw new Error('the mailbox is missing');
    await changeMailbox(platform, ADMINISTRATOR, box.id, { config: { ...box.config, trustedRoots: null } });
    await provider.write({ from: 'bruno@pec.example', subject: 'Guasto', text: 'Il telefono non funziona.' });
    await workUntil(async () => (await cases()).length === 3);
    const id = (await cases())[2]?.id ?? '';
    await workUntil(async () => (await sent(id))[0]?.state === 'sent' && (await said(id)).length === 2);
    expect((await said(id)).at(-1)).toMatchObject({
      data: { type: 'avvenuta-consegna', proven: false, legalDelivery: false },
    });
    // A failure that nobody proves neither fails the message nor silences the address.
    await provider.write({ from: 'nessuno.altro@pec.example', subject: 'Guasto', text: 'Il modem non si accende.' });
    await workUntil(async () => (await cases()).length === 4);
    const other = (await cases())[3]?.id ?? '';
    const failures = async () => (await said(other)).filter(({ kind }) => kind === 'case.legal-delivery-failed');
    await workUntil(async () => (await sent(other))[0]?.state === 'sent' && (await failures()).length === 1);
    expect(await failures()).toMatchObject([{ data: { proven: false } }]);
    const silenced = `address = 'nessuno.altro@pec.example' AND unreachable_since IS NOT NULL`;
    expect(await count(platform, 'contact_points', silenced)).toBe(0);
    await changeMailbox(platform, ADMINISTRATOR, box.id, { config: box.config });
    const [submitted] = provider.submitted({ to: 'bruno@pec.example' });
    const failure = provider.imap.mails().at(-1)?.raw.toString('latin1') ?? '';
    provider.imap.append(Buffer.from(failure.replace(/^Message-ID: </im, '$&proven-'), 'latin1'));
    await workUntil(async () => (await sent(other))[0]?.state === 'failed');
    expect(await count(platform, 'contact_points', silenced)).toBe(1);
    const delivery =
      provider.imap
        .mails()
        .find(({ raw }) => about(raw, 'avvenuta-consegna', submitted?.messageId ?? '?'))
        ?.raw.toString('latin1') ?? '';
    provider.imap.append(Buffer.from(delivery.replace(/^Message-ID: </im, '$&proven-'), 'latin1'));
    await workUntil(async () => (await sent(id))[0]?.state === 'delivered');
    expect((await sent(id))[0]).toMatchObject({ reason: null });
    expect((await said(id)).at(-1)).toMatchObject({ data: { proven: true, legalDelivery: true } });
  });

  test('given word to many by certified mail, then proven receipts say whether it arrived, and one without proof says nothing', async () => {
    const [arrives, fails] = [await announce('ditta@pec.example'), await announce('nessuno.ditta@pec.example')];
    await workUntil(
      async () => (await noticeState(arrives)) === 'delivered' && (await noticeState(fails)) === 'failed',
    );
    const silenced = (address: string) =>
      count(platform, 'contact_points', `address = '${address}' AND unreachable_since IS NOT NULL`);
    expect(await silenced('ditta@pec.example')).toBe(0);
    expect(await silenced('nessuno.ditta@pec.example')).toBe(1);

    const box = (await listMailboxes(platform)).find(({ id }) => id === stage.mailboxes.pec);
    if (!box) throw new Error('the mailbox is missing');
    await changeMailbox(platform, ADMINISTRATOR, box.id, { config: { ...box.config, trustedRoots: null } });
    const [claimed, denied] = [await announce('studio@pec.example'), await announce('nessuno.studio@pec.example')];
    const heard = async () => (await stage.inbound()).filter(({ decision }) => decision === 'receipt').length;
    const before = await heard();
    await workUntil(async () => (await heard()) >= before + 4);
    expect([await noticeState(claimed), await noticeState(denied)]).toEqual(['sent', 'sent']);
    expect(await silenced('nessuno.studio@pec.example')).toBe(0);
    await changeMailbox(platform, ADMINISTRATOR, box.id, { config: box.config });
  });

  test('given a test of the route, then it leaves as certified mail by it', async () => {
    await testRoute(platform, ADMINISTRATOR, routeId, 'prova@pec.example');
    await until(async () => provider.submitted({ to: 'prova@pec.example' }).length === 1);
    expect(provider.submitted({ to: 'prova@pec.example' })[0]).toMatchObject({ receiptForm: 'completa' });
    await until(async () => (await listRoutes(platform)).every(({ queued }) => queued === 0));
  });

  test('given a route that ends while something waits for it, then that leaves by the other of its kind', async () => {
    const [route] = (await listRoutes(platform)).filter(({ id }) => id === routeId);
    if (!route || route.kind === 'smpp' || !('from' in route.config)) throw new Error('the route is missing');
    const other = await makeRoute(platform, ADMINISTRATOR, {
      name: 'PEC 2',
      enabled: false,
      costMillicents: 0,
      kind: 'pec',
      config: route.config,
    });
    await platform.database.transaction((tx) =>
      enqueueSingle(tx, platform.clock, {
        kind: 'message',
        channel: 'pec',
        to: 'carla@pec.example',
        subject: 'Pratica',
        text: 'La linea torna.',
        language: 'it',
        routeId: other.id,
      }),
    );
    await endRoute(platform, ADMINISTRATOR, other.id);
    await workUntil(async () => provider.submitted({ to: 'carla@pec.example' }).length === 1);
  });
});
