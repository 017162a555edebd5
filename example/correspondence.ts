import { randomUUID } from 'node:crypto';
import type { Sms } from './phones/inboxes.ts';

/** What a customer sent from a phone. `at`: system instant. */
export interface WrittenSms {
  text: string;
  at: string;
}

export interface WrittenMail {
  number: number;
  from: string;
  to: string;
  subject: string;
  text: string;
  /** System instant. */
  at: string;
}

/** What customers do with their phones and mail programs. */
export interface Correspondence {
  /** Rejects with a sentence when nobody took it. */
  sms(phone: string, text: string): Promise<void>;
  mail(from: { name: string; address: string }, subject: string, text: string): Promise<void>;
  smsFrom(phone: string): readonly WrittenSms[];
  mailsWritten(): readonly WrittenMail[];
  /** The SMS that a phone has received, whole ones only, in order. */
  smsTo(phone: string): Promise<string[]>;
}

/** The address to which the customers of the example write. */
export const CARE_ADDRESS = 'assistenza@example.com';

const SEND_MILLISECONDS = 35_000;
/** Letters of GSM 03.38 that one part holds, and of UCS-2; fewer when there are several. */
const PARTS = { gsm: { one: 160, each: 153 }, ucs2: { one: 70, each: 67 } };

const partsOf = (text: string): number => {
  const { one, each } = /^[\x20-\x5a\x61-\x7a\näöüàèéìòù€]*$/.test(text) ? PARTS.gsm : PARTS.ucs2;
  return text.length <= one ? 1 : Math.ceil(text.length / each);
};

const encoded = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;

async function post<Body>(url: string, body: unknown): Promise<Body> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(SEND_MILLISECONDS),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return (await response.json()) as Body;
}

/** SMS go through the SMSC, mails into the mailbox on the IMAP server: addresses of their HTTP sides. */
export function createCorrespondence(smscUrl: string, imapUrl: string): Correspondence {
  const sent = new Map<string, WrittenSms[]>();
  const mails: WrittenMail[] = [];
  return {
    sms: async (phone, text) => {
      const { taken } = await post<{ taken?: boolean }>(`${smscUrl}/mo`, { from: phone, text, parts: partsOf(text) });
      if (!taken) throw new Error('Nobody took the message: no SMPP session is up.');
      sent.set(phone, [...(sent.get(phone) ?? []), { text, at: new Date().toISOString() }]);
    },
    mail: async ({ name, address }, subject, text) => {
      const raw = [
        `From: ${encoded(name)} <${address}>`,
        `To: ${CARE_ADDRESS}`,
        `Subject: ${encoded(subject)}`,
        `Message-ID: <${randomUUID()}@${address.split('@').at(-1)}>`,
        `Date: ${new Date().toUTCString()}`,
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
        '',
        text.replaceAll(/\r?\n/g, '\r\n'),
        '',
      ].join('\r\n');
      await post(`${imapUrl}/mails`, { raw });
      const number = mails.length + 1;
      mails.push({ number, from: address, to: CARE_ADDRESS, subject, text, at: new Date().toISOString() });
    },
    smsFrom: (phone) => sent.get(phone) ?? [],
    mailsWritten: () => mails,
    smsTo: async (phone) => {
      const response = await fetch(`${smscUrl}/messages?to=${encodeURIComponent(phone)}`);
      return ((await response.json()) as Sms[]).filter((sms) => sms.parts >= sms.partsExpected).map((sms) => sms.text);
    },
  };
}
