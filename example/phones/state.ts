export interface Words {
  it: string;
  en: string;
}

/** One step of a story, as the phones page tells it. */
export interface Step {
  id: string;
  title: Words;
  /** What is worth looking at now. */
  look: Words;
  links: { label: Words; url: string }[];
  state: 'to-come' | 'now' | 'done';
  /** Business instant at which it began; null while it is to come. */
  at: string | null;
}

export interface PhoneMessage {
  way: 'to-customer' | 'from-customer';
  from: string;
  text: string;
  /** Business instant. */
  at: string;
}

export interface Mail {
  id: string;
  way: 'to-customer' | 'from-customer';
  from: string;
  to: string;
  subject: string;
  text: string;
  hasHtml: boolean;
  /** Business instant. */
  at: string;
}

export interface Person {
  id: string;
  name: string;
  language: 'it' | 'en';
  place: string;
  notify: ('sms' | 'email')[];
  /** Where the line is, seen from the mast of the story; `stranger`: not a customer. */
  where: 'behind' | 'secondWay' | 'elsewhere' | 'stranger';
  /** Whether they can write a mail. */
  hasMail: boolean;
  messages: PhoneMessage[];
}

/** GET /state of the phones page. */
export interface ExampleState {
  story: 'mast' | 'heard';
  phase: 'playing' | 'played' | 'failed';
  /** A sentence, when something failed. */
  trouble: string | null;
  timeZone: string;
  businessNow: string | null;
  power: 'on' | 'off';
  links: { desk: string; status: string };
  totals: { sms: number; mails: number };
  steps: Step[];
  people: Person[];
  /** The newest 40. */
  mails: Mail[];
}
