import type { Language } from '../../contract/answer.ts';

/** The words of a document for people outside the house: plain, and the same for whoever reads it. */
interface DocumentWords {
  title: string;
  made: string;
  zone: string;
  page: (page: number, pages: number) => string;
  facts: string;
  chronology: string;
  messages: string;
  promises: string;
  attachments: string;
  none: string;
  number: string;
  subject: string;
  customer: string;
  address: string;
  service: string;
  opened: string;
  acknowledged: string;
  formal: string;
  ended: string;
  state: string;
  topic: string;
  team: string;
  due: string;
  madeAt: string;
  settled: string;
  from: Record<'in' | 'out' | 'note', string>;
  unknownSender: string;
  operator: string;
  automatic: string;
  notPrintable: string;
  kept: string;
  fingerprint: string;
  notKept: string;
  receipt: Record<string, string>;
  states: Record<string, string>;
  topics: Record<string, string>;
  channels: Record<string, string>;
  promiseKinds: Record<string, string>;
  promiseStates: Record<string, string>;
  events: Record<string, string>;
}

const IT: DocumentWords = {
  title: 'Fascicolo della pratica',
  made: 'Documento creato il',
  zone: 'Tutti gli orari sono nel fuso',
  page: (page, pages) => `pagina ${page} di ${pages}`,
  facts: 'Dati',
  chronology: 'Cronologia',
  messages: 'Messaggi',
  promises: 'Impegni presi e loro esito',
  attachments: 'Allegati',
  none: 'Nessuno.',
  number: 'Pratica',
  subject: 'Oggetto',
  customer: 'Cliente',
  address: 'Recapito usato',
  service: 'Linea',
  opened: 'Aperta',
  acknowledged: 'Confermata la ricezione',
  formal: 'Reclamo formale dal',
  ended: 'Chiusa',
  state: 'Stato',
  topic: 'Argomento',
  team: 'In carico a',
  due: 'Entro',
  madeAt: 'Preso il',
  settled: 'Esito',
  from: { in: 'Dal cliente', out: 'Al cliente', note: 'Nota interna' },
  unknownSender: 'mittente non riconosciuto come il cliente',
  operator: 'operatore',
  automatic: 'automatico',
  notPrintable: 'Alcuni caratteri non sono stampabili qui: il testo esatto è nel file allegato.',
  kept: 'conservato, byte',
  fingerprint: 'impronta SHA-256',
  notKept: 'non conservato',
  receipt: {
    held: 'in attesa',
    queued: 'in uscita',
    sent: 'inviato',
    delivered: 'consegnato',
    failed: 'non consegnato',
    withdrawn: 'ritirato prima dell’invio',
    'in doubt': 'invio in dubbio',
  },
  states: {
    received: 'ricevuta',
    acknowledged: 'confermata la ricezione',
    'in work': 'in lavorazione',
    waiting: 'in attesa',
    'fix reported': 'riparazione comunicata, si attende il cliente',
    confirmed: 'risolta, confermata dal cliente',
    unconfirmed: 'chiusa senza conferma del cliente',
    cancelled: 'annullata dal cliente',
    joined: 'unita a un’altra pratica',
  },
  topics: {
    'line down': 'linea ferma',
    'line slow': 'linea lenta',
    activation: 'attivazione',
    migration: 'migrazione',
    visit: 'intervento',
    bill: 'fattura',
    ending: 'recesso',
    limit: 'limitazione',
    equipment: 'apparato',
    data: 'dati',
    conduct: 'comportamento',
    other: 'altro',
  },
  channels: {
    sms: 'SMS',
    email: 'e-mail',
    pec: 'PEC',
    web: 'modulo web',
    api: 'altro sistema',
    letter: 'lettera o fax',
    phone: 'telefono',
    desk: 'operatore',
  },
  promiseKinds: {
    'formal-answer': 'risposta al reclamo formale',
    'case-next-word': 'prossima notizia',
    'next-word': 'prossima notizia',
    'expected-end': 'fine prevista',
    'hand-over': 'presa in carico della squadra',
    'call-back': 'richiamata',
    reading: 'lettura della risposta',
  },
  promiseStates: {
    open: 'in corso',
    kept: 'mantenuto',
    broken: 'NON mantenuto',
    superseded: 'sostituito prima della scadenza',
    withdrawn: 'ritirato',
  },
  events: {
    'case.opened': 'Pratica aperta',
    'case.heard': 'Messaggio del cliente',
    'case.claim-heard': 'Messaggio di un mittente non riconosciuto',
    'case.reminded': 'Sollecito',
    'case.answered': 'Risposta al cliente',
    'case.asked': 'Domanda al cliente',
    'case.asked-again': 'Domanda ripetuta al cliente',
    'case.fix-reported': 'Riparazione comunicata',
    'case.confirmed': 'Il cliente conferma che funziona',
    'case.denied': 'Il cliente dice che non funziona',
    'case.unconfirmed': 'Chiusa senza conferma del cliente',
    'case.reopened': 'Riaperta',
    'case.formal': 'Diventa reclamo formale',
    'case.cancelled': 'Annullata dal cliente',
    'case.joined': 'Unita a un’altra pratica',
    'case.linked': 'Collegata a un guasto',
    'case.unlinked': 'Scollegata da un guasto',
    'case.handed-over': 'Passata a una squadra',
    'case.accepted': 'Accettata dalla squadra',
    'case.hand-over-refused': 'Rifiutata dalla squadra',
    'case.taken': 'Presa da una persona',
    'case.climbed': 'Passata al livello superiore',
    'case.waiting': 'In attesa',
    'case.resumed': 'Ripresa',
    'case.call-promised': 'Richiamata promessa',
    'case.legal-receipt': 'Ricevuta PEC',
    'case.legal-delivery-failed': 'Mancata consegna PEC',
    'case.mail-returned': 'E-mail respinta',
    'case.exported': 'Fascicolo creato',
    'promise.made': 'Impegno preso',
    'promise.kept': 'Impegno mantenuto',
    'promise.broken': 'Impegno NON mantenuto',
    'promise.superseded': 'Impegno sostituito prima della scadenza',
    'promise.withdrawn': 'Impegno ritirato',
    'promise.paused': 'Il tempo dell’impegno è fermo: si attende il cliente',
    'promise.resumed': 'Il tempo dell’impegno riprende',
  },
};

const EN: DocumentWords = {
  title: 'File of the case',
  made: 'Document made on',
  zone: 'All times are in the zone',
  page: (page, pages) => `page ${page} of ${pages}`,
  facts: 'Facts',
  chronology: 'Chronology',
  messages: 'Messages',
  promises: 'Promises and what became of them',
  attachments: 'Attachments',
  none: 'None.',
  number: 'Case',
  subject: 'Subject',
  customer: 'Customer',
  address: 'Address used',
  service: 'Line',
  opened: 'Opened',
  acknowledged: 'Acknowledged',
  formal: 'Formal complaint since',
  ended: 'Ended',
  state: 'State',
  topic: 'Topic',
  team: 'With',
  due: 'By',
  madeAt: 'Made',
  settled: 'Outcome',
  from: { in: 'From the customer', out: 'To the customer', note: 'Internal note' },
  unknownSender: 'sender not known to be the customer',
  operator: 'operator',
  automatic: 'automatic',
  notPrintable: 'Some characters cannot be printed here: the exact text is in the file beside this one.',
  kept: 'kept, bytes',
  fingerprint: 'SHA-256',
  notKept: 'not kept',
  receipt: {
    held: 'waiting',
    queued: 'on its way out',
    sent: 'sent',
    delivered: 'delivered',
    failed: 'not delivered',
    withdrawn: 'withdrawn before it was sent',
    'in doubt': 'sending in doubt',
  },
  states: {
    received: 'received',
    acknowledged: 'acknowledged',
    'in work': 'in work',
    waiting: 'waiting',
    'fix reported': 'fix reported, the customer is asked',
    confirmed: 'solved, confirmed by the customer',
    unconfirmed: 'closed without the customer’s confirmation',
    cancelled: 'cancelled by the customer',
    joined: 'joined to another case',
  },
  topics: {
    'line down': 'line down',
    'line slow': 'slow line',
    activation: 'activation',
    migration: 'migration',
    visit: 'visit',
    bill: 'bill',
    ending: 'ending',
    limit: 'limit',
    equipment: 'equipment',
    data: 'data',
    conduct: 'conduct',
    other: 'other',
  },
  channels: {
    sms: 'SMS',
    email: 'e-mail',
    pec: 'certified mail',
    web: 'web form',
    api: 'another system',
    letter: 'letter or fax',
    phone: 'telephone',
    desk: 'operator',
  },
  promiseKinds: {
    'formal-answer': 'answer to the formal complaint',
    'case-next-word': 'next word',
    'next-word': 'next word',
    'expected-end': 'expected end',
    'hand-over': 'acceptance by the team',
    'call-back': 'call-back',
    reading: 'reading of the answer',
  },
  promiseStates: {
    open: 'open',
    kept: 'kept',
    broken: 'NOT kept',
    superseded: 'replaced before it was due',
    withdrawn: 'withdrawn',
  },
  events: {
    'case.opened': 'Case opened',
    'case.heard': 'Message of the customer',
    'case.claim-heard': 'Message of a sender who is not known',
    'case.reminded': 'Reminder',
    'case.answered': 'Answer to the customer',
    'case.asked': 'Question to the customer',
    'case.asked-again': 'Question to the customer repeated',
    'case.fix-reported': 'Fix reported',
    'case.confirmed': 'The customer confirms that it works',
    'case.denied': 'The customer says that it does not work',
    'case.unconfirmed': 'Closed without the customer’s confirmation',
    'case.reopened': 'Opened again',
    'case.formal': 'Becomes a formal complaint',
    'case.cancelled': 'Cancelled by the customer',
    'case.joined': 'Joined to another case',
    'case.linked': 'Linked to an incident',
    'case.unlinked': 'No longer linked to an incident',
    'case.handed-over': 'Handed to a team',
    'case.accepted': 'Accepted by the team',
    'case.hand-over-refused': 'Refused by the team',
    'case.taken': 'Taken by a person',
    'case.climbed': 'Climbed to the next level',
    'case.waiting': 'Waits',
    'case.resumed': 'Goes on',
    'case.call-promised': 'Call-back promised',
    'case.legal-receipt': 'Receipt of certified mail',
    'case.legal-delivery-failed': 'Certified mail not delivered',
    'case.mail-returned': 'Mail returned',
    'case.exported': 'File made',
    'promise.made': 'Promise made',
    'promise.kept': 'Promise kept',
    'promise.broken': 'Promise NOT kept',
    'promise.superseded': 'Promise replaced before it was due',
    'promise.withdrawn': 'Promise withdrawn',
    'promise.paused': 'The promise’s clock stands: the customer is waited for',
    'promise.resumed': 'The promise’s clock goes on',
  },
};

export const WORDS: Record<Language, DocumentWords> = { it: IT, en: EN };
