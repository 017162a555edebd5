import { ImapFlow } from 'imapflow';
import { type ParsedMail, simpleParser } from 'mailparser';
import nodemailer, { type SendMailOptions } from 'nodemailer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseBrief } from '../../contract/cases.ts';
import type { Mailbox } from '../../contract/intake.ts';
import type { Route, Settings } from '../../contract/settings.ts';
import { type DebianMail, startDebianMail, whyNoDebianMail } from '../support/debian-mail.ts';
import { makePremises, type Premises, type RunningProduct, startProduct, until } from '../support/product.ts';
import { createVisitor, STAFF_PASSWORD, type Visitor } from '../support/stage.ts';

const reason = whyNoDebianMail();
const CARE = 'assistenza@laguna.example';
const ANNA = 'anna@posta.example';
const SCANNER = 'nessuno@posta.example'; // has no mailbox: what is written there comes back

// Mail carried by the servers that operators run: Debian's Postfix and Dovecot, over TLS, the product as its users start it.
describe.skipIf(reason !== null)(`mail by Postfix and Dovecot${reason ? ` (${reason})` : ''}`, () => {
  let mail: DebianMail;
  let premises: Premises;
  let product: RunningProduct;
  let elena: Visitor;

  const transport = () =>
    nodemailer.createTransport({ host: '127.0.0.1', port: mail.smtpPort, secure: false, ignoreTLS: true });
  const write = async (message: SendMailOptions): Promise<string> => {
    const { messageId } = await transport().sendMail({ to: CARE, ...message });
    return messageId;
  };
  /** What lies in a customer's mailbox. */
  const read = async (user: string): Promise<ParsedMail[]> => {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: mail.imapPort,
      secure: true,
      auth: { user, pass: mail.password },
      tls: { ca: mail.ca },
      logger: false,
    });
    await client.connect();
    try {
      const box = await client.mailboxOpen('INBOX');
      const mails: ParsedMail[] = [];
      if (box.exists > 0)
        for await (const { source } of client.fetch('1:*', { source: true }))
          if (source) mails.push(await simpleParser(source));
      return mails;
    } finally {
      await client.logout();
    }
  };
  const api = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const answer = await elena.ask(method, path, body === undefined ? {} : { body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return (answer.text ? answer.json() : null) as Body;
  };
  const cases = async (): Promise<CaseBrief[]> =>
    (await api<{ cases: CaseBrief[] }>('GET', '/api/v1/cases?view=all')).cases;

  beforeAll(async () => {
    [mail, premises] = await Promise.all([startDebianMail([CARE, ANNA]), makePremises('embedded')]);
    premises.environment.NODE_EXTRA_CA_CERTS = mail.caFile;
    await write({ from: ANNA, subject: 'Vecchia storia', text: 'Questa mail era lì prima di voi.' });
    product = await startProduct(premises);
    elena = createVisitor(product.baseUrl, []);
    const token = product.firstAdministratorLink?.split('/').at(-1) ?? '';
    const email = 'elena@laguna.example';
    await api('POST', '/api/v1/invitations/accept', { token, email, name: 'Elena', password: STAFF_PASSWORD });
    await elena.signIn(email, STAFF_PASSWORD);
    const settings = await api<Settings>('GET', '/api/v1/settings');
    await api('PATCH', '/api/v1/settings', { cases: { ...settings.cases, undoSeconds: 0 } });
    const config = { host: '127.0.0.1', port: mail.smtpPort, tls: 'none', user: '', from: CARE };
    const route = await api<Route>('POST', '/api/v1/routes', {
      name: 'Postfix',
      kind: 'smtp',
      enabled: true,
      costMillicents: 0,
      config: { ...config, connections: 2, perSecond: 50 },
    });
    const made = await api<Mailbox>('POST', '/api/v1/mailboxes', {
      name: 'Assistenza',
      kind: 'email',
      address: CARE,
      config: {
        host: '127.0.0.1',
        port: mail.imapPort,
        secure: true,
        user: CARE,
        folder: 'INBOX',
        authservId: null,
        trustedRoots: null,
        markSeen: true,
      },
      password: mail.password,
      routeId: route.id,
      teamId: null,
      enabled: true,
    });
    await until(
      async () => (await api<Mailbox[]>('GET', '/api/v1/mailboxes')).find(({ id }) => id === made.id)?.state === 'up',
      async () => `The mailbox is not read: ${JSON.stringify(await api('GET', '/api/v1/mailboxes'))}`,
    );
  });
  afterAll(async () => {
    await product?.stop();
    await premises?.remove();
    await mail?.stop();
  });

  test('given mail from before, when the mailbox is connected, then it is kept and nobody is answered', async () => {
    const older = await until(async () => {
      const { items } = await api<{ items: { sender: string }[] }>(
        'GET',
        `/api/v1/inbound?decision=${encodeURIComponent('older than the connection')}`,
      );
      return items.length > 0 && items;
    }, 'The old mail is not listed.');
    expect(older).toHaveLength(1);
    expect(await cases()).toEqual([]);
    expect(await read(ANNA)).toEqual([]);
  });

  test('given a mail, when it arrives, then one case opens and its writer is answered once, in the thread, as by a machine', async () => {
    const messageId = await write({
      from: { name: 'Anna Prina', address: ANNA },
      subject: 'La linea non va',
      text: 'Buongiorno,\nda ieri sera internet non funziona più.\nAnna Prina',
    });
    const [answer] = await until(
      async () => {
        const mails = await read(ANNA);
        return mails.length > 0 && mails;
      },
      async () => `No acknowledgement came: ${JSON.stringify(await cases())} ${product.log().slice(-2000)}`,
    );
    const [opened, ...more] = await cases();
    expect(more).toEqual([]);
    expect(opened).toMatchObject({ channel: 'email', topic: 'line down', language: 'it', reminders: 0 });
    expect(answer?.text?.replaceAll(' ', '')).toContain(opened?.number);
    expect(answer?.inReplyTo).toBe(messageId);
    expect(answer?.headers.get('auto-submitted')).toBe('auto-replied');
    expect(answer?.from?.value[0]?.address).toBe(CARE);
    expect(answer?.text).toContain(`${product.baseUrl}/c/`);
  });

  test('given an answer to the answer, when it arrives, then it joins, and so does a word under another subject', async () => {
    const [answer] = await read(ANNA);
    await write({
      from: ANNA,
      subject: 'Re: altro',
      inReplyTo: answer?.messageId ?? '',
      references: [answer?.messageId ?? ''],
      text: 'Ancora niente.',
    });
    await until(async () => (await cases())[0]?.reminders === 1, 'The reminder did not join.');
    await write({ from: ANNA, subject: 'internet', text: 'Buonasera, internet è sempre giù, quando torna?' });
    await until(async () => (await cases())[0]?.reminders === 2, 'The second reminder did not join.');
    expect(await cases()).toHaveLength(1);
  });

  test('given an address that does not exist, when it is answered, then the bounce of the server marks it and opens nothing', async () => {
    await write({ from: SCANNER, subject: 'Modem rotto', text: 'Il modem è rotto, si accende una luce rossa.' });
    await until(async () => (await cases()).length === 2, 'The second case did not open.');
    const bounced = await until(
      async () => {
        const { items } = await api<{ items: { caseId: string | null }[] }>('GET', '/api/v1/inbound?decision=bounce');
        return items.length > 0 && items;
      },
      async () => `No bounce was heard.\n${mail.log().slice(-2000)}`,
    );
    expect(bounced).toHaveLength(1);
    expect((await cases()).map(({ topic }) => topic).sort()).toEqual(['equipment', 'line down']);
  });

  test('given the server gone and back, when mail came in between, then it is heard once', async () => {
    await mail.restartDovecot();
    await write({
      from: ANNA,
      subject: 'Fattura',
      text: 'Un altra cosa: la bolletta di ottobre è sbagliata di 12 euro.',
    });
    await until(
      async () => (await cases()).some(({ topic, reminders }) => topic === 'bill' || reminders === 3),
      async () => `Not heard: ${JSON.stringify(await api('GET', '/api/v1/mailboxes'))}`,
      120,
    );
    const before = await cases();
    await write({ from: ANNA, subject: 'Fine', text: 'Solo per vedere che niente arriva due volte: internet non va.' });
    await until(async () => JSON.stringify(await cases()) !== JSON.stringify(before), 'The last mail was not heard.');
    expect((await cases()).reduce((sum, { reminders }) => sum + reminders, (await cases()).length)).toBe(6);
  });

  test('given a mail of 40 MB, when it arrives, then it is in the case with its attachment, or says why not', async () => {
    await write({
      from: ANNA,
      subject: 'Foto del modem, internet non va',
      text: 'Ecco la foto del modem.',
      attachments: [{ filename: 'foto.bin', content: Buffer.alloc(29 * 1024 * 1024, 7) }],
    });
    const before = (await cases()).reduce((sum, { reminders }) => sum + reminders, 0);
    await until(
      async () =>
        (await cases()).reduce((sum, { reminders }) => sum + reminders, 0) > before || (await cases()).length > 3,
      async () => `The large mail was not heard.\n${product.log().slice(-2000)}`,
      180,
    );
    expect((await fetch(`${product.baseUrl}/health`)).status).toBe(200);
  });
});
