/** What the SMSC and the mail server received, read from their HTTP sides as it comes. */

export interface Sms {
  number: number;
  from: string;
  to: string;
  text: string;
  parts: number;
  partsExpected: number;
  receivedAt: string;
}

export interface ReceivedMail {
  number: number;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string | null;
  receivedAt: string;
}

/** A message whose last part is still missing after so long is shown as it is. */
const JOIN_MILLISECONDS = 10_000;

/** What is kept of each, so that a demonstration may run for days. */
const KEPT = 50_000;

export interface Inboxes {
  /** Reads what is new. Throws when a program does not answer. */
  read(): Promise<void>;
  smsTo(phone: string): Sms[];
  /** Newest first. */
  mails(most: number): ReceivedMail[];
  mail(number: number): ReceivedMail | undefined;
  totals(): { sms: number; mails: number };
}

async function getJson<Body>(url: string): Promise<Body> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return (await response.json()) as Body;
}

export function createInboxes(smscUrl: string, mailUrl: string): Inboxes {
  const sms = new Map<number, Sms>();
  const byPhone = new Map<string, Set<number>>();
  const mails = new Map<number, ReceivedMail>();
  let smsAfter = 0;
  let mailAfter = 0;

  const readSms = async (): Promise<void> => {
    for (;;) {
      const fresh = await getJson<Sms[]>(`${smscUrl}/messages?after=${smsAfter}&limit=1000`);
      for (const message of fresh) {
        sms.set(message.number, message);
        const numbers = byPhone.get(message.to) ?? new Set();
        byPhone.set(message.to, numbers.add(message.number));
      }
      // A message in parts changes until it is whole: it is read again.
      const incomplete = fresh.find(
        (message) =>
          message.parts < message.partsExpected && Date.now() - Date.parse(message.receivedAt) < JOIN_MILLISECONDS,
      );
      const last = incomplete ? incomplete.number - 1 : fresh.at(-1)?.number;
      if (last === undefined || last <= smsAfter) return;
      smsAfter = last;
    }
  };
  const readMails = async (): Promise<void> => {
    for (;;) {
      const fresh = await getJson<ReceivedMail[]>(`${mailUrl}/messages?after=${mailAfter}&limit=1000`);
      for (const mail of fresh) mails.set(mail.number, mail);
      const last = fresh.at(-1)?.number;
      if (last === undefined) return;
      mailAfter = last;
    }
  };
  const forget = (): void => {
    for (const [number, message] of sms) {
      if (sms.size <= KEPT) break;
      sms.delete(number);
      byPhone.get(message.to)?.delete(number);
    }
    for (const number of mails.keys()) {
      if (mails.size <= KEPT) break;
      mails.delete(number);
    }
  };

  return {
    read: async () => {
      await Promise.all([readSms(), readMails()]);
      forget();
    },
    smsTo: (phone) => [...(byPhone.get(phone) ?? [])].flatMap((number) => sms.get(number) ?? []),
    mails: (most) => [...mails.values()].slice(-most).reverse(),
    mail: (number) => mails.get(number),
    // Both programs number from 1 without gaps.
    totals: () => ({
      sms: Math.max(0, ...[...sms.keys()].slice(-1)),
      mails: Math.max(0, ...[...mails.keys()].slice(-1)),
    }),
  };
}
