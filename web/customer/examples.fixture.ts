import type { CaseFacts, PageFrame, ThreadKnot } from '../../contract/customer-page.ts';

export const FRAME: PageFrame = {
  operator: { name: 'Lago Wireless', phone: '+39 0323 555 0100' },
  language: 'it',
  timeZone: 'Europe/Rome',
  now: '2026-03-10T14:05:00Z',
};

const THREAD: ThreadKnot[] = [
  {
    what: 'message',
    at: '2026-03-10T08:12:00Z',
    kind: 'first',
    channel: 'email',
    who: 'customer',
    name: null,
    body: 'Buongiorno, da ieri sera la linea cade ogni dieci minuti.\nHo già riavviato il router due volte.',
    attachments: [
      { id: '0195c000-0000-7000-8000-000000000001', name: 'router.jpg', size: 812_345, lost: false },
      { id: '0195c000-0000-7000-8000-000000000002', name: 'fattura.exe', size: 1000, lost: true },
    ],
    sent: null,
  },
  {
    what: 'message',
    at: '2026-03-10T08:12:01Z',
    kind: 'acknowledgement',
    channel: 'email',
    who: 'automatic',
    name: null,
    body: 'Abbiamo il Suo messaggio: pratica 26 0418 731. Le scriviamo entro le 12 di oggi.',
    attachments: [],
    sent: 'arrived',
  },
  { what: 'step', at: '2026-03-10T08:40:00Z', step: 'handed over', team: 'Tecnici', person: null },
  { what: 'step', at: '2026-03-10T08:52:00Z', step: 'accepted', team: 'Tecnici', person: 'Marta Colombo' },
  {
    what: 'message',
    at: '2026-03-10T09:30:00Z',
    kind: 'answer',
    channel: 'email',
    who: 'staff',
    name: 'Marta Colombo',
    body: 'L’antenna sul Monte Rosso perde il segnale quando tira vento. Un tecnico la fissa oggi; Le scrivo entro le 15.',
    attachments: [],
    sent: 'sent',
  },
  { what: 'promise', at: '2026-03-10T09:30:00Z', kind: 'next-word', dueAt: '2026-03-10T11:00:00Z', state: 'kept' },
];

/** At work, with one promise that is open. */
export const OPEN: CaseFacts = {
  viewer: { as: 'customer', name: 'Anna Verdi' },
  number: '260418731',
  subject: 'da ieri sera la linea cade ogni dieci minuti',
  topic: 'line slow',
  state: 'in work',
  waitingFor: null,
  joinedTo: null,
  openedAt: '2026-03-10T08:12:00Z',
  formalAt: null,
  endedAt: null,
  asked: null,
  team: 'Tecnici',
  promises: [{ kind: 'next-word', dueAt: '2026-03-10T17:00:00Z', paused: false }],
  broken: null,
  thread: THREAD,
  answeredAt: '0195c000-0000-7000-8000-00000000000a',
  addresses: [
    { id: '0195c000-0000-7000-8000-00000000000a', channel: 'email', to: 'a…@example.it', verified: true },
    { id: '0195c000-0000-7000-8000-00000000000b', channel: 'sms', to: '+39…67', verified: true },
  ],
  delegations: [],
  may: { write: true, answer: false, formal: true, call: true, cancel: true, manage: true },
};

export const ASKED: CaseFacts = {
  ...OPEN,
  state: 'fix reported',
  asked: 'fix works',
  may: { ...OPEN.may, answer: true },
  thread: [...THREAD, { what: 'step', at: '2026-03-10T13:50:00Z', step: 'fix reported', team: null, person: null }],
};

export const LATE: CaseFacts = {
  ...OPEN,
  broken: { dueAt: '2026-03-10T14:00:00Z' },
  thread: [
    ...THREAD,
    { what: 'promise', at: '2026-03-10T14:00:00Z', kind: 'next-word', dueAt: '2026-03-10T14:00:00Z', state: 'broken' },
    { what: 'step', at: '2026-03-10T14:00:00Z', step: 'climbed', team: null, person: null },
  ],
};

export const WAITING: CaseFacts = {
  ...OPEN,
  state: 'waiting',
  waitingFor: 'customer',
  asked: 'question',
  promises: [{ kind: 'next-word', dueAt: '2026-03-10T17:00:00Z', paused: true }],
  thread: [
    ...THREAD,
    {
      what: 'message',
      at: '2026-03-10T13:00:00Z',
      kind: 'question',
      channel: 'email',
      who: 'staff',
      name: 'Marta Colombo',
      body: 'Di che colore è la luce accanto alla scritta LAN, quando la linea cade?',
      attachments: [],
      sent: 'arrived',
    },
  ],
};

export const CONFIRMED: CaseFacts = {
  ...OPEN,
  state: 'confirmed',
  endedAt: '2026-03-10T14:00:00Z',
  promises: [],
  may: { ...OPEN.may, call: false, cancel: false },
};

export const DELEGATED: CaseFacts = {
  ...OPEN,
  viewer: { as: 'delegate', name: 'Studio Neri', forName: 'Anna Verdi', scopes: ['technical'] },
  addresses: [],
  may: { write: true, answer: false, formal: false, call: true, cancel: false, manage: false },
};
