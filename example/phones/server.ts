import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Correspondence } from '../correspondence.ts';
import type { Provider } from '../provider/provider.ts';
import { createInboxes } from './inboxes.ts';
import { createOwners, type Owner } from './people.ts';
import type { ExampleState, Mail, PhoneMessage } from './state.ts';

export interface PhonesPage {
  url: string;
  close(): Promise<void>;
}

/** How often the SMSC and the mail server are asked for what is new. */
const READ_MILLISECONDS = 500;
const MAILS_SHOWN = 40;
const LARGEST_BODY = 16_384;
/** Some parts of an SMS. */
const LONGEST_SMS = 400;

const FILES: Record<string, { file: string; type: string }> = {
  '/': { file: 'page.html', type: 'text/html; charset=utf-8' },
  '/phones.css': { file: 'phones.css', type: 'text/css; charset=utf-8' },
  '/words.js': { file: 'words.js', type: 'text/javascript; charset=utf-8' },
  '/phones.js': { file: 'phones.js', type: 'text/javascript; charset=utf-8' },
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// A mail is a stranger's page: no script, nothing from the network, only its own looks.
const MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/**
 * Serves the page on which one reads what customers received and wrote, and writes as one of them. `story`: the part of the state that the story tells. `businessAt`: the business
 * instant of a system instant. `power`: cuts the mast's power or gives it back; rejects with a sentence. Listens on the loopback interface
 * only; port 0 is any free one.
 */
export async function servePhones({
  provider,
  first = [],
  smscUrl,
  mailUrl,
  customers,
  story,
  businessAt,
  power,
  port = 0,
}: {
  provider: Provider;
  /** Whose phones are shown before all others. */
  first?: readonly Owner[];
  smscUrl: string;
  mailUrl: string;
  customers: Correspondence;
  story: () => Omit<ExampleState, 'totals' | 'people' | 'mails'>;
  businessAt: (system: Date) => Date;
  power: (state: 'on' | 'off') => Promise<void>;
  port?: number;
}): Promise<PhonesPage> {
  const owners = createOwners(provider, first);
  const writers = new Map([...provider.customers, ...first].map((each) => [each.id, each] as const));
  const inboxes = createInboxes(smscUrl, mailUrl);
  let readTrouble: string | null = null;

  const at = (system: string): string => businessAt(new Date(system)).toISOString();
  const messagesOf = (owner: Owner): PhoneMessage[] =>
    [
      ...inboxes.smsTo(owner.phone).map((sms) => ({
        way: 'to-customer' as const,
        from: sms.from,
        text: sms.text,
        at: at(sms.receivedAt),
      })),
      ...customers.smsFrom(owner.phone).map((sms) => ({
        way: 'from-customer' as const,
        from: owner.phone,
        text: sms.text,
        at: at(sms.at),
      })),
    ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));

  const state = (set: number): ExampleState => {
    const told = story();
    return {
      ...told,
      trouble: told.trouble ?? readTrouble,
      totals: inboxes.totals(),
      people: owners(set).map((owner) => {
        const { phone: _phone, email, ...person } = owner;
        return { ...person, hasMail: email !== '', messages: messagesOf(owner) };
      }),
      mails: mails(),
    };
  };
  const mails = (): Mail[] =>
    [
      ...inboxes.mails(MAILS_SHOWN).map((mail) => ({
        id: String(mail.number),
        way: 'to-customer' as const,
        from: mail.from,
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        hasHtml: Boolean(mail.html),
        at: at(mail.receivedAt),
      })),
      ...customers
        .mailsWritten()
        .slice(-MAILS_SHOWN)
        .map(({ number, at: writtenAt, ...mail }) => ({
          ...mail,
          id: `written-${number}`,
          way: 'from-customer' as const,
          hasHtml: false,
          at: at(writtenAt),
        })),
    ]
      .sort((one, other) => Date.parse(other.at) - Date.parse(one.at))
      .slice(0, MAILS_SHOWN);

  const smsFrom = async (customer: string, text: string): Promise<void> => {
    const { phone = '' } = writers.get(customer) ?? {};
    if (phone === '') throw new Error('No such phone.');
    await customers.sms(phone, text);
  };
  const mailFrom = async (customer: string, subject: string, text: string): Promise<void> => {
    const { name = '', email = '' } = writers.get(customer) ?? {};
    if (email === '') throw new Error('Nobody has such an address.');
    await customers.mail({ name, address: email }, subject, text);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = new URL(request.url ?? '/', 'http://127.0.0.1');
    const send = (status: number, type: string, content: string | Buffer, policy = POLICY): void => {
      response
        .writeHead(status, {
          'content-type': type,
          'content-security-policy': policy,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        })
        .end(content);
    };
    const json = (status: number, value: unknown): void => send(status, 'application/json', JSON.stringify(value));
    // A page elsewhere must not reach us through a name that it points to the loopback address.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
      json(403, { detail: 'This page answers on the loopback address only.' });
      return;
    }
    const file = FILES[address.pathname];
    if (request.method === 'GET' && file) {
      send(200, file.type, readFileSync(new URL(file.file, import.meta.url)));
      return;
    }
    if (request.method === 'GET' && address.pathname === '/state') {
      const set = Number(address.searchParams.get('set') ?? 0);
      json(200, state(Number.isSafeInteger(set) && set >= 0 ? set : 0));
      return;
    }
    if (request.method === 'GET' && address.pathname === '/mail') {
      const html = inboxes.mail(Number(address.searchParams.get('id')))?.html;
      if (html) send(200, 'text/html; charset=utf-8', html, MAIL_POLICY);
      else json(404, { detail: 'No such mail.' });
      return;
    }
    // JSON is what a form of another page cannot send.
    const posted = request.method === 'POST' && request.headers['content-type'] === 'application/json';
    if (posted && address.pathname === '/sms') {
      const { customer, text } = await bodyOf(request);
      await smsFrom(String(customer), words(text, 'text', LONGEST_SMS));
      json(200, {});
      return;
    }
    if (posted && address.pathname === '/mail') {
      const { customer, subject, text } = await bodyOf(request);
      await mailFrom(String(customer), words(subject, 'subject', 200), words(text, 'text', 3000));
      json(200, {});
      return;
    }
    if (posted && address.pathname === '/power') {
      const { state: wanted } = await bodyOf(request);
      await power(wanted === 'off' ? 'off' : 'on');
      json(200, {});
      return;
    }
    json(404, { detail: 'Nothing here.' });
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      if (!response.headersSent) response.writeHead(409, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ detail }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  let closed = false;
  let timer: NodeJS.Timeout;
  const keepReading = async (): Promise<void> => {
    try {
      await inboxes.read();
      readTrouble = null;
    } catch (error) {
      readTrouble = `The SMSC or the mail server of the example does not answer (${error instanceof Error ? error.message : error}).`;
    }
    if (!closed) timer = setTimeout(keepReading, READ_MILLISECONDS);
  };
  void keepReading();

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** What was written, or a sentence why it cannot be sent. Control letters would end a header. */
function words(given: unknown, name: string, most: number): string {
  const text = String(given ?? '').trim();
  const clean = name === 'subject' ? text.replaceAll(/\p{Cc}/gu, ' ') : text;
  if (clean === '' || clean.length > most) throw new Error(`The ${name} must have 1 to ${most} letters.`);
  return clean;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > LARGEST_BODY) throw new Error('That is too long.');
  }
  return JSON.parse(text) as Record<string, unknown>;
}
