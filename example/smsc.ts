import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import smpp, { type PDU, type Session } from 'smpp';

/** An SMSC for demonstrations and tests, at the other end of a real SMPP session. It keeps the last 20,000 messages in memory. */
const KEPT = 20_000;

export interface SmscBehaviour {
  /** Answers every submit with this status (0x58 throttled, 0x14 queue full, 0x0b unknown number, …); 0: takes it. */
  status: number;
  /** Every so many submits are throttled (0: none). */
  throttleEvery: number;
  /** Refuses whoever binds. */
  refuseBind: boolean;
  /** Takes submits and never answers. */
  mute: boolean;
  /** How long the answer to a submit takes. */
  answerMilliseconds: number;
  /** How long until the receipt; negative: none. */
  receiptMilliseconds: number;
  /** Numbers that end in one of these digits get a receipt of failure. */
  undeliverable: string;
}

export interface SmscMessage {
  number: number;
  from: string;
  to: string;
  text: string;
  coding: 'gsm' | 'ucs2';
  parts: number;
  partsExpected: number;
  validityPeriod: string;
  receivedAt: string;
}

export interface SmscStats {
  submits: number;
  taken: number;
  messages: number;
  throttled: number;
  refused: number;
  receipts: number;
  sessions: number;
}

export interface Smsc {
  port: number;
  http: string;
  behaviour: SmscBehaviour;
  stats: () => SmscStats;
  /** Oldest first. */
  messages: (filter?: { to?: string; after?: number }) => SmscMessage[];
  /** Sends a message from a phone; resolves to whether an ESME took it (deliver_sm_resp with status 0). */
  send: (from: string, text: string, options?: { parts?: number }) => Promise<boolean>;
  /** Breaks every connection. */
  drop: () => void;
  close: () => Promise<void>;
}

interface ShortMessage {
  message: string | Buffer;
  udh?: Buffer[];
}

const THROTTLED = 0x58;

/** Starts it on the loopback interface; port 0 is any free one. */
export async function startSmsc({
  port = 0,
  http = 0,
  behaviour: given = {},
}: {
  port?: number;
  http?: number;
  behaviour?: Partial<SmscBehaviour>;
} = {}): Promise<Smsc> {
  const behaviour: SmscBehaviour = {
    status: 0,
    throttleEvery: 0,
    refuseBind: false,
    mute: false,
    answerMilliseconds: 0,
    receiptMilliseconds: 500,
    undeliverable: '',
    ...given,
  };
  const counts: SmscStats = {
    submits: 0,
    taken: 0,
    messages: 0,
    throttled: 0,
    refused: 0,
    receipts: 0,
    sessions: 0,
  };
  const kept: SmscMessage[] = [];
  const joining = new Map<string, { message: SmscMessage; texts: string[] }>();
  const bound = new Set<Session>();
  const sockets = new Set<Session>();
  const timers = new Set<NodeJS.Timeout>();
  let lastId = Date.now() * 1000; // ids stay unique when the program is started again
  let reference = 0;

  const later = (milliseconds: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, milliseconds);
    timers.add(timer);
  };

  const keep = (pdu: PDU): void => {
    const { message, udh } = pdu.short_message as ShortMessage;
    const text = String(message);
    const concatenated = udh?.find((element) => element[0] === 0x00 && element.length === 5);
    const [, , ref, total = 1, part = 1] = concatenated ?? [];
    const [from, to] = [String(pdu.source_addr), String(pdu.destination_addr)];
    const key = `${from}|${to}|${ref}|${total}`;
    const known = concatenated ? joining.get(key) : undefined;
    if (known) {
      known.texts[part - 1] = text;
      known.message.parts++;
      known.message.text = known.texts.join('');
      if (known.message.parts >= total) joining.delete(key);
      return;
    }
    const validity = pdu.validity_period;
    const entry: SmscMessage = {
      number: ++counts.messages,
      from,
      to: `+${to}`,
      text,
      coding: pdu.data_coding === 8 ? 'ucs2' : 'gsm',
      parts: 1,
      partsExpected: total,
      validityPeriod: validity instanceof Date ? validity.toISOString() : String(validity ?? ''),
      receivedAt: new Date().toISOString(),
    };
    kept.push(entry);
    if (kept.length > KEPT * 1.1) kept.splice(0, kept.length - KEPT);
    if (concatenated) {
      const texts: string[] = [];
      texts[part - 1] = text;
      joining.set(key, { message: entry, texts });
    }
  };

  const stamp = (instant: Date): string => instant.toISOString().replace(/\D/g, '').slice(2, 12);

  const receipt = (session: Session, submit: PDU, id: string): void => {
    const target = bound.has(session) ? session : [...bound][0];
    if (!target) return;
    counts.receipts++;
    const to = String(submit.destination_addr);
    const failed = behaviour.undeliverable !== '' && behaviour.undeliverable.includes(to.at(-1) ?? '?');
    const now = stamp(new Date());
    const stat = failed ? 'UNDELIV' : 'DELIVRD';
    target.deliver_sm({
      source_addr_ton: 1,
      source_addr_npi: 1,
      source_addr: to,
      destination_addr: submit.source_addr,
      esm_class: 0x04,
      data_coding: 0,
      short_message: Buffer.from(
        `id:${id} sub:001 dlvrd:${failed ? '000' : '001'} submit date:${now} done date:${now} stat:${stat} err:${failed ? '011' : '000'} text:`,
        'latin1',
      ),
      receipted_message_id: id,
      message_state: failed ? 5 : 2,
    });
  };

  const submit = (session: Session, pdu: PDU): void => {
    counts.submits++;
    const throttle = behaviour.throttleEvery > 0 && counts.submits % behaviour.throttleEvery === 0;
    const status = throttle ? THROTTLED : behaviour.status;
    if (status !== 0) {
      if (status === THROTTLED) counts.throttled++;
      else counts.refused++;
      session.send(pdu.response({ command_status: status }));
      return;
    }
    counts.taken++;
    keep(pdu);
    if (behaviour.mute) return;
    const id = String(++lastId);
    const answer = (): void => {
      session.send(pdu.response({ message_id: id }));
    };
    if (behaviour.answerMilliseconds > 0) later(behaviour.answerMilliseconds, answer);
    else answer();
    if (behaviour.receiptMilliseconds >= 0 && pdu.registered_delivery === 1)
      later(behaviour.answerMilliseconds + behaviour.receiptMilliseconds, () => receipt(session, pdu, id));
  };

  const server = smpp.createServer((session) => {
    sockets.add(session);
    session.socket.setNoDelay(true);
    session.on('error', () => session.destroy());
    session.on('close', () => {
      sockets.delete(session);
      bound.delete(session);
    });
    const bind = (pdu: PDU): void => {
      if (behaviour.refuseBind) {
        session.send(pdu.response({ command_status: 0x0d })); // ESME_RBINDFAIL
        return;
      }
      counts.sessions++;
      bound.add(session);
      session.send(pdu.response({ system_id: 'example-smsc' }));
    };
    session.on('bind_transceiver', bind);
    session.on('submit_sm', (pdu: PDU) => submit(session, pdu));
    session.on('enquire_link', (pdu: PDU) => {
      if (!behaviour.mute) session.send(pdu.response());
    });
    session.on('unbind', (pdu: PDU) => {
      bound.delete(session);
      session.send(pdu.response());
      session.close();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  const deliver = (session: Session, fields: Record<string, unknown>): Promise<boolean> =>
    new Promise((resolve) => {
      later(30_000, () => resolve(false));
      session.once('close', () => resolve(false));
      session.deliver_sm(fields, (answer) => resolve(answer.command_status === 0));
    });

  const smsc: Omit<Smsc, 'http'> = {
    port: (server.address() as AddressInfo).port,
    behaviour,
    stats: () => ({ ...counts }),
    messages: ({ to, after = 0 } = {}) =>
      kept.filter((message) => message.number > after && (to === undefined || message.to === to)),
    send: async (from, text, { parts = 1 } = {}) => {
      const session = [...bound][0];
      if (!session) return false;
      const gsm = /^[\x20-\x5a\x61-\x7a\näöüàèéìòù€]*$/.test(text);
      const fields = {
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: from.replace('+', ''),
        destination_addr: 'operator',
        data_coding: gsm ? 0 : 8,
      };
      if (parts === 1) return await deliver(session, { ...fields, short_message: text });
      reference = (reference + 1) % 256;
      const size = Math.ceil(text.length / parts);
      const answers = await Promise.all(
        Array.from({ length: parts }, (_, index) =>
          deliver(session, {
            ...fields,
            short_message: {
              udh: Buffer.from([5, 0, 3, reference, parts, index + 1]),
              message: text.slice(index * size, (index + 1) * size),
            },
          }),
        ),
      );
      return answers.every(Boolean);
    },
    drop: () => {
      for (const session of sockets) session.destroy();
    },
    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      for (const session of sockets) session.destroy();
      web.closeAllConnections();
      await Promise.all([server, web].map((each) => new Promise<void>((resolve) => each.close(() => resolve()))));
    },
  };

  const web: Server = createServer((request, response) => {
    answerHttp(request, response, {
      'GET /messages': (query) =>
        smsc
          .messages({ to: query.get('to') ?? undefined, after: Number(query.get('after') ?? 0) })
          .slice(0, Number(query.get('limit') ?? 1000)),
      'GET /stats': () => smsc.stats(),
      'POST /mo': async (_query, body) => {
        const { from, text, parts } = body as { from?: unknown; text?: unknown; parts?: unknown };
        return { taken: await smsc.send(String(from ?? ''), String(text ?? ''), { parts: Number(parts ?? 1) }) };
      },
      'POST /behaviour': (_query, body) => {
        const { drop, ...change } = body as Partial<SmscBehaviour> & { drop?: boolean };
        if (drop) smsc.drop();
        Object.assign(behaviour, change);
        return behaviour;
      },
    });
  });
  await new Promise<void>((resolve, reject) => {
    web.once('error', reject);
    web.listen(http, '127.0.0.1', resolve);
  });
  return { ...smsc, http: `http://127.0.0.1:${(web.address() as AddressInfo).port}` };
}

type Answers = Record<string, (query: URLSearchParams, body: unknown) => unknown>;

/** Answers the few addresses of a simulator with JSON. */
export function answerHttp(request: IncomingMessage, response: ServerResponse, answers: Answers): void {
  const address = new URL(request.url ?? '/', 'http://127.0.0.1');
  const answer = answers[`${request.method} ${address.pathname}`];
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > 65_536) request.destroy();
    else chunks.push(chunk);
  });
  request.on('end', async () => {
    const say = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (!answer) {
      say(404, { addresses: Object.keys(answers) });
      return;
    }
    try {
      say(200, await answer(address.searchParams, size > 0 ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : {}));
    } catch (error) {
      say(400, { problem: String(error) });
    }
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '2775' },
      http: { type: 'string', default: '2780' },
      receipt: { type: 'string', default: '1500' },
    },
  });
  const smsc = await startSmsc({
    port: Number(values.port),
    http: Number(values.http),
    behaviour: { receiptMilliseconds: Number(values.receipt) },
  });
  console.log(JSON.stringify({ smpp: smsc.port, http: smsc.http }));
}
