import { afterEach, describe, expect, test } from 'vitest';
import { type MailServer, startMailServer } from '../../example/mail-server.ts';
import { type Smsc, startSmsc } from '../../example/smsc.ts';
import type {
  ChannelEvents,
  ChannelInbound,
  ChannelReceipt,
  OutgoingChannel,
  OutgoingMessage,
  SendResult,
} from './channel.ts';
import { EmailChannel } from './email/email-channel.ts';
import { SmsChannel } from './sms/sms-channel.ts';

/** The other end of one adapter, and the ways in which it can misbehave. */
interface Bench {
  channel: OutgoingChannel;
  to: string;
  heard: Heard;
  arrived: () => { to: string; text: string }[];
  refusePermanently: () => void;
  refuseForNow: () => void;
  loseAfterTaking: () => void;
  unreachable: () => Promise<void>;
  dropAll: () => void;
  close: () => Promise<void>;
}

interface Heard {
  events: ChannelEvents;
  ups: number;
  downs: string[];
  receipts: ChannelReceipt[];
  inbound: ChannelInbound[];
  refuseToStore: boolean;
}

function listen(): Heard {
  const heard: Heard = {
    ups: 0,
    downs: [],
    receipts: [],
    inbound: [],
    refuseToStore: false,
    events: {
      receipt: async (receipt) => {
        if (heard.refuseToStore) throw new Error('the database is away');
        heard.receipts.push(receipt);
      },
      inbound: async (message) => {
        if (heard.refuseToStore) throw new Error('the database is away');
        heard.inbound.push(message);
      },
      up: () => {
        heard.ups++;
      },
      down: (reason) => {
        heard.downs.push(reason);
      },
    },
  };
  return heard;
}

const fast = { responseMilliseconds: 400, reconnectMilliseconds: [30] };

const smsConfig = (port: number) => ({
  host: '127.0.0.1',
  port,
  tls: false,
  systemId: 'operator',
  systemType: '',
  sender: 'Lagonet',
  window: 10,
  perSecond: 5000,
  password: 'secret',
});

async function openSms(options: Partial<ReturnType<typeof smsConfig>> = {}): Promise<Bench & { smsc: Smsc }> {
  const smsc = await startSmsc({ behaviour: { receiptMilliseconds: 5 } });
  const heard = listen();
  const channel = new SmsChannel({ ...smsConfig(smsc.port), ...options }, heard.events, {
    ...fast,
    enquireMilliseconds: 200,
    throttledMilliseconds: 250,
  });
  return {
    smsc,
    channel,
    heard,
    to: '+393331234567',
    arrived: () => smsc.messages(),
    refusePermanently: () => Object.assign(smsc.behaviour, { status: 0x0b }),
    refuseForNow: () => Object.assign(smsc.behaviour, { status: 0x58 }),
    loseAfterTaking: () => Object.assign(smsc.behaviour, { mute: true }),
    unreachable: () => smsc.close(),
    dropAll: () => smsc.drop(),
    close: async () => {
      await channel.stop();
      await smsc.close();
    },
  };
}

async function openEmail(): Promise<Bench & { mail: MailServer }> {
  const mail = await startMailServer();
  const heard = listen();
  const channel = new EmailChannel(
    {
      host: '127.0.0.1',
      port: mail.port,
      tls: 'none',
      user: 'care',
      password: 'secret',
      from: 'Lagonet <care@lagonet.example>',
      connections: 3,
      perSecond: 1000,
    },
    heard.events,
    fast,
  );
  return {
    mail,
    channel,
    heard,
    to: 'anna@example.org',
    arrived: () => mail.messages(),
    refusePermanently: () => Object.assign(mail.behaviour, { recipientCode: 550 }),
    refuseForNow: () => Object.assign(mail.behaviour, { recipientCode: 450 }),
    loseAfterTaking: () => Object.assign(mail.behaviour, { dropAfterData: true }),
    unreachable: () => mail.close(),
    dropAll: () => mail.drop(),
    close: async () => {
      await channel.stop();
      await mail.close();
    },
  };
}

const message = (to: string, text = 'La linea è ferma. Prossima notizia: 18:00.', number = 1): OutgoingMessage => ({
  id: `0198c0de-0000-7000-8000-${String(number).padStart(12, '0')}`,
  to,
  subject: 'Guasto',
  text,
  html: null,
  validUntil: new Date(Date.now() + 3_600_000),
  unsubscribeUrl: null,
  reference: '0198c0de-0000-7000-8000-0000000000aa',
});

const until = async (holds: () => boolean): Promise<void> => {
  const deadline = Date.now() + 15_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it never came to be');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

const open: Bench[] = [];
afterEach(async () => {
  for (const bench of open.splice(0)) await bench.close();
});
const started = async <B extends Bench>(making: Promise<B>): Promise<B> => {
  const bench = await making;
  open.push(bench);
  bench.channel.start();
  await until(() => bench.heard.ups > 0);
  return bench;
};

describe.each([
  ['sms', openSms as () => Promise<Bench>],
  ['email', openEmail as () => Promise<Bench>],
])('a channel out: %s', (_name, make) => {
  test('given the other end works, when a message is sent, then it arrives as written and its id is told', async () => {
    const bench = await started(make());
    const result = await bench.channel.send(message(bench.to));
    expect(result.kind).toBe('sent');
    expect(result.kind === 'sent' && result.routeMessageIds[0]?.length).toBeGreaterThan(0);
    expect(bench.arrived()).toHaveLength(1);
    expect(bench.arrived()[0]?.to).toBe(bench.to);
    expect(bench.arrived()[0]?.text.trim()).toBe('La linea è ferma. Prossima notizia: 18:00.');
  });

  test('given a window, when as many as fit are sent at once, then each arrives once', async () => {
    const bench = await started(make());
    const results = await Promise.all(
      Array.from({ length: bench.channel.window }, (_, index) =>
        bench.channel.send(message(bench.to, `numero ${index}`, index)),
      ),
    );
    expect(results.every((result) => result.kind === 'sent')).toBe(true);
    expect(new Set(bench.arrived().map(({ text }) => text.trim())).size).toBe(bench.channel.window);
    expect(bench.arrived()).toHaveLength(bench.channel.window);
  });

  test('given an address that the network does not know, then the result is a refusal for good', async () => {
    const bench = await started(make());
    bench.refusePermanently();
    expect(await bench.channel.send(message(bench.to))).toMatchObject({ kind: 'rejected', permanent: true });
  });

  test('given an address that is none, then it is refused for good without asking the network', async () => {
    const bench = await started(make());
    expect(await bench.channel.send(message('x\r\nBcc: all@example.org'))).toMatchObject({
      kind: 'rejected',
      permanent: true,
    });
    expect(bench.arrived()).toHaveLength(0);
  });

  test('given a network that is busy, then the result is a refusal for now', async () => {
    const bench = await started(make());
    bench.refuseForNow();
    expect(await bench.channel.send(message(bench.to))).toMatchObject({ kind: 'rejected', permanent: false });
  });

  test('given the message was handed over and no answer comes, then its fate is unknown, and it was on the wire once', async () => {
    const bench = await started(make());
    bench.loseAfterTaking();
    expect((await bench.channel.send(message(bench.to))).kind).toBe('unknown');
    expect(bench.arrived()).toHaveLength(1);
  });

  test('given nobody answers at the address, then the channel is down with a reason and a message is refused for now', async () => {
    const bench = await make();
    open.push(bench);
    await bench.unreachable();
    bench.channel.start();
    await until(() => bench.heard.downs.length >= 2); // it goes on trying
    expect(bench.heard.downs[0]).toMatch(/ECONNREFUSED|ESOCKET/);
    expect(await bench.channel.send(message(bench.to))).toMatchObject({ kind: 'rejected', permanent: false });
    bench.close = () => bench.channel.stop();
  });

  test('given it was stopped, when a message is sent, then it is refused for now and nothing arrives', async () => {
    const bench = await started(make());
    await bench.channel.stop();
    expect(await bench.channel.send(message(bench.to))).toMatchObject({ kind: 'rejected', permanent: false });
    expect(bench.arrived()).toHaveLength(0);
  });
});

describe('sms', () => {
  test('given a long text, then it goes as parts that phones join, with one id for each', async () => {
    const bench = await started(openSms());
    const text = 'Guasto a Verbania. '.repeat(20).trim();
    const result = await bench.channel.send(message(bench.to, text));
    expect(result.kind === 'sent' && result.routeMessageIds).toHaveLength(3);
    expect(bench.smsc.messages()).toMatchObject([{ text, parts: 3, coding: 'gsm', from: 'Lagonet' }]);
  });

  test('given a text outside GSM 03.38, then it goes as UCS-2', async () => {
    const bench = await started(openSms());
    await bench.channel.send(message(bench.to, 'Čakáme 🙂'));
    expect(bench.smsc.messages()).toMatchObject([{ text: 'Čakáme 🙂', coding: 'ucs2' }]);
  });

  test('given an end of validity, then the network is told it', async () => {
    const bench = await started(openSms());
    const sent = message(bench.to);
    await bench.channel.send(sent);
    const told = new Date(bench.smsc.messages()[0]?.validityPeriod ?? 0).getTime();
    expect(Math.abs(told - sent.validUntil.getTime())).toBeLessThan(1000);
  });

  test('given a delivery, then its receipt names the id that the submit was answered with', async () => {
    const bench = await started(openSms());
    const result = await bench.channel.send(message(bench.to));
    await until(() => bench.heard.receipts.length === 1);
    expect(bench.heard.receipts[0]).toEqual({
      routeMessageIds: result.kind === 'sent' ? result.routeMessageIds : [],
      to: bench.to,
      state: 'delivered',
      reason: null,
    });
  });

  test('given a phone that can not be reached, then the receipt says failed and why', async () => {
    const bench = await started(openSms());
    bench.smsc.behaviour.undeliverable = '7';
    await bench.channel.send(message(bench.to));
    await until(() => bench.heard.receipts.length === 1);
    expect(bench.heard.receipts[0]).toMatchObject({
      state: 'failed',
      reason: 'the network says: undeliverable (error 011)',
    });
  });

  test('given an SMSC that throttles now and then, then everything arrives once all the same', async () => {
    const bench = await started(openSms({ window: 4 }));
    bench.smsc.behaviour.throttleEvery = 3;
    const results: SendResult[] = [];
    for (let round = 0; round < 5; round++)
      results.push(
        ...(await Promise.all(
          [0, 1].map((index) => bench.channel.send(message(bench.to, `${round}.${index}`, round * 2 + index))),
        )),
      );
    expect(results.every(({ kind }) => kind === 'sent')).toBe(true);
    expect(new Set(bench.smsc.messages().map(({ text }) => text)).size).toBe(10);
    expect(bench.smsc.stats().throttled).toBeGreaterThan(0);
  });

  test('given the window is 2, then never more than 2 submits wait for an answer', async () => {
    const bench = await started(openSms({ window: 2 }));
    bench.smsc.behaviour.mute = true;
    await Promise.all([1, 2, 3, 4].map((number) => bench.channel.send(message(bench.to, `${number}`, number)))).then(
      (results) => {
        // the first two were lost after the deadline, and only then the next two went out
        expect(results.filter(({ kind }) => kind === 'unknown').length).toBeGreaterThanOrEqual(2);
      },
    );
    expect(bench.smsc.stats().submits).toBeLessThanOrEqual(4);
  });

  test('given the connection is broken while answers are due, then those are unknown, the rest is refused for now, and it connects again', async () => {
    const bench = await started(openSms({ window: 3 }));
    bench.smsc.behaviour.answerMilliseconds = 300;
    const sending = Promise.all(
      [1, 2, 3, 4, 5].map((number) => bench.channel.send(message(bench.to, `${number}`, number))),
    );
    await until(() => bench.smsc.stats().taken === 3);
    bench.dropAll();
    expect((await sending).map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown', 'rejected', 'rejected']);
    await until(() => bench.heard.ups === 2);
    expect(bench.heard.downs).toHaveLength(1);
    expect((await bench.channel.send(message(bench.to))).kind).toBe('sent');
  });

  test('given the bind is refused, then the channel is down with the name of the refusal', async () => {
    const bench = await openSms();
    open.push(bench);
    bench.smsc.behaviour.refuseBind = true;
    bench.channel.start();
    await until(() => bench.heard.downs.length > 0);
    expect(bench.heard.downs[0]).toBe('the SMSC refuses the bind: ESME_RBINDFAIL');
  });

  test('given somebody writes, then sender, text and raw bytes come in; and the SMSC keeps what could not be stored', async () => {
    const bench = await started(openSms());
    expect(await bench.smsc.send('+393331234567', 'STOP perché è troppo €')).toBe(true);
    expect(bench.heard.inbound[0]).toMatchObject({
      sender: '+393331234567',
      text: 'STOP perché è troppo €',
      part: null,
    });
    expect(await bench.smsc.send('+393331234567', 'здравствуйте')).toBe(true);
    expect(bench.heard.inbound[1]?.text).toBe('здравствуйте');
    bench.heard.refuseToStore = true;
    expect(await bench.smsc.send('+393331234567', 'di nuovo')).toBe(false);
  });

  test('given a message in parts, then each says which it is', async () => {
    const bench = await started(openSms());
    expect(await bench.smsc.send('+393331234567', 'abcdef', { parts: 2 })).toBe(true);
    expect(bench.heard.inbound.map(({ text, part }) => [text, part?.number, part?.total])).toEqual([
      ['abc', 1, 2],
      ['def', 2, 2],
    ]);
  });
});

describe('email', () => {
  test('given a mail to a customer, then it says that a machine wrote it and how to end these mails', async () => {
    const bench = await started(openEmail());
    const sent = message(bench.to);
    await bench.channel.send({
      ...sent,
      html: '<p>La linea è ferma.</p>',
      unsubscribeUrl: 'https://care.example/u/abc',
    });
    const mail = bench.mail.messages()[0];
    expect(mail).toMatchObject({ subject: 'Guasto', messageId: `<${sent.id}@lagonet.example>` });
    expect(mail?.html).toContain('La linea è ferma.');
    expect(mail?.headers).toMatchObject({
      'list-unsubscribe': '<https://care.example/u/abc>',
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      'auto-submitted': 'auto-generated',
    });
  });

  test('given the same row is sent again, then the mail has the same Message-ID', async () => {
    const bench = await started(openEmail());
    await bench.channel.send(message(bench.to));
    await bench.channel.send(message(bench.to));
    expect(new Set(bench.mail.messages().map(({ messageId }) => messageId)).size).toBe(1);
  });

  test('given the mail is refused after its data, then it is a refusal and not a doubt', async () => {
    const bench = await started(openEmail());
    bench.mail.behaviour.dataCode = 554;
    expect(await bench.channel.send(message(bench.to))).toEqual({
      kind: 'rejected',
      reason: 'the mail server refuses: answer 554',
      permanent: true,
    });
  });
});
