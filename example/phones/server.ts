import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Provider } from '../provider/provider.ts';
import { createInboxes } from './inboxes.ts';
import { createOwners, type Owner } from './people.ts';
import type { ExampleState, PhoneMessage } from './state.ts';

export interface PhonesPage {
  url: string;
  close(): Promise<void>;
}

/** How often the SMSC and the mail server are asked for what is new. */
const READ_MILLISECONDS = 500;
const MAILS_SHOWN = 40;
const LARGEST_BODY = 4096;

const FILES: Record<string, { file: string; type: string }> = {
  '/': { file: 'page.html', type: 'text/html; charset=utf-8' },
  '/phones.css': { file: 'phones.css', type: 'text/css; charset=utf-8' },
  '/phones.js': { file: 'phones.js', type: 'text/javascript; charset=utf-8' },
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// A mail is a stranger's page: no script, nothing from the network, only its own looks.
const MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/**
 * Serves the page on which one reads what customers received. `story`: the part of the state that the story tells. `businessAt`: the business
 * instant of a system instant. `power`: cuts the mast's power or gives it back; rejects with a sentence. Listens on the loopback interface
 * only; port 0 is any free one.
 */
export async function servePhones({
  provider,
  smscUrl,
  mailUrl,
  story,
  businessAt,
  power,
  port = 0,
}: {
  provider: Provider;
  smscUrl: string;
  mailUrl: string;
  story: () => Omit<ExampleState, 'totals' | 'people' | 'mails'>;
  businessAt: (system: Date) => Date;
  power: (state: 'on' | 'off') => Promise<void>;
  port?: number;
}): Promise<PhonesPage> {
  const owners = createOwners(provider);
  const phoneOf = new Map(provider.customers.map((customer) => [customer.id, customer.phone] as const));
  const inboxes = createInboxes(smscUrl, mailUrl);
  const answered = new Map<string, PhoneMessage[]>();
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
      ...(answered.get(owner.id) ?? []),
    ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));

  const state = (set: number): ExampleState => {
    const told = story();
    return {
      ...told,
      trouble: told.trouble ?? readTrouble,
      totals: inboxes.totals(),
      people: owners(set).map((owner) => {
        const { phone: _phone, ...person } = owner;
        return { ...person, messages: messagesOf(owner) };
      }),
      mails: inboxes.mails(MAILS_SHOWN).map((mail) => ({
        id: String(mail.number),
        from: mail.from,
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        hasHtml: Boolean(mail.html),
        at: at(mail.receivedAt),
      })),
    };
  };

  const stopFrom = async (customer: string): Promise<void> => {
    const phone = phoneOf.get(customer);
    if (!phone) throw new Error('No such phone.');
    const response = await fetch(`${smscUrl}/mo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from: phone, text: 'STOP' }),
      signal: AbortSignal.timeout(35_000),
    });
    const { taken } = (await response.json()) as { taken?: boolean };
    if (!taken) throw new Error('Nobody took the message: no SMPP session is up.');
    const sent = { way: 'from-customer' as const, from: phone, text: 'STOP', at: at(new Date().toISOString()) };
    answered.set(customer, [...(answered.get(customer) ?? []), sent]);
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
    if (posted && address.pathname === '/stop') {
      const { customer } = await bodyOf(request);
      await stopFrom(String(customer));
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

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > LARGEST_BODY) throw new Error('That is too long.');
  }
  return JSON.parse(text) as Record<string, unknown>;
}
