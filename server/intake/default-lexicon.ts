import type { Topic } from '../../contract/cases.ts';
import type { Severity } from '../../contract/incidents.ts';
import type { LexiconEntry } from './triage.ts';

type Line = readonly [stems: string, topic: Topic, severity: Severity | null, weight: number];

/** Stems divided by commas. What a fresh installation starts with; the operator edits it. */
const ITALIAN: readonly Line[] = [
  [
    'non funzion, non va, non naviga, non si connett, non ho linea, senza linea, senza internet, senza connession, senza telefono, senza rete, niente internet, niente linea, niente telefono, non ho internet',
    'line down',
    'major',
    3,
  ],
  [
    'linea mort, linea ferm, linea isolat, isolat, guast, interruzion, assenza di linea, nessun segnale, manca il segnale, segnale assente, rete assente, tutto bloccat, linea bloccat, internet bloccat, non riesco a naviga, non riesco a collega, non riesco a connett, non fung, non funzia, nn va, nn funzion, nn fung',
    'line down',
    'major',
    3,
  ],
  [
    'e giu, sempre giu, ancora giu, giu da, internet giu, linea giu, rete giu, offline, non prend, non arriva segnal, saltat, sparit, tutto fermo, torna la linea, torna internet',
    'line down',
    'major',
    3,
  ],
  [
    'non c e linea, non c e internet, internet non, telefono muto, muto, linea mut, e muta, ancora muta, blackout, los ross',
    'line down',
    'major',
    3,
  ],
  [
    'cade, cadut, disconn, si stacca, intermitten, connessione salta, linea salta, va a scatti, singhiozz, linea disturbat, gracchia',
    'line slow',
    'minor',
    2,
  ],
  [
    'lent, rallent, velocit, banda, ping, latenz, speedtest, buffering, lagga, pianissimo, va piano',
    'line slow',
    'minor',
    3,
  ],
  [
    'attivazion, attivare, attivat, allaccio, allacciament, nuova linea, in attesa di attivazione',
    'activation',
    'minor',
    3,
  ],
  [
    'migrazion, portabilit, passaggio da, passare a, codice di migrazione, operatore precedente, numero portat',
    'migration',
    'minor',
    3,
  ],
  [
    'tecnic, appuntament, intervent, sopralluogo, uscita del tecnico, non si e presentat, nessuno e venuto',
    'visit',
    'minor',
    2,
  ],
  [
    'fattur, bollett, addebit, importo, pagament, rimbors, canone, costo del, costo di, costi, euro, pagato due, pagato doppio, pagato il doppio, miei soldi, ridatemi i soldi, iban, addebito rid, sepa, doppio addebito',
    'bill',
    'minor',
    3,
  ],
  [
    'disdett, disdir, disdic, recess, recedere, cessazion, chiudere il contratto, disattiva, penale',
    'ending',
    'minor',
    3,
  ],
  ['limitazion, limitat, soglia, giga finit, ore finite, rallentamento per consumo', 'limit', 'minor', 2],
  ['router, modem, apparato, antenna, alimentator, wifi, wi fi, decoder, fritz', 'equipment', 'minor', 2],
  [
    'privacy, dati personali, gdpr, cambio indirizzo, cambiare indirizzo, cambio mail, intestatari, subentr, voltur, anagrafic',
    'data',
    'minor',
    3,
  ],
  ['maleducat, scortes, contanti, in nero, truff, offes, insult, raggir, comportament', 'conduct', 'major', 3],
  [
    'urgent, urgenz, emergenz, telesoccors, salvavita, ossigeno, disabil, invalid, ospedal, pronto soccorso',
    'other',
    'critical',
    1,
  ],
  ['allarme, negozio chiuso, pos non, ufficio fermo, lavoro fermo, azienda ferma, fermo attivita', 'other', 'major', 1],
];

const ENGLISH: readonly Line[] = [
  [
    'not working, nothing works, does not work, doesn t work, no internet, no connection, no line, no signal, no service, is down, line dead',
    'line down',
    'major',
    3,
  ],
  [
    'outage, dead, cut off, fault, broken, can t connect, cannot connect, can t get online, cannot get online, no wifi, offline',
    'line down',
    'major',
    3,
  ],
  ['drops, dropping, disconnect, intermittent, keeps falling', 'line slow', 'minor', 2],
  ['slow, speed, bandwidth, latency, ping, lagging, laggy, buffering', 'line slow', 'minor', 3],
  ['activat, installation, new line, set up my line', 'activation', 'minor', 3],
  ['migrat, porting, port my number, switch from, previous operator, switch provider', 'migration', 'minor', 3],
  ['technician, engineer, appointment, visit, nobody came, no show', 'visit', 'minor', 2],
  ['invoice, bill, charge, payment, refund, direct debit, overcharg', 'bill', 'minor', 3],
  [
    'cancel my contract, cancel the contract, cancel my subscription, terminat, withdraw, end my contract, close my account, penalty',
    'ending',
    'minor',
    3,
  ],
  ['limit, throttl, data cap, capped, allowance', 'limit', 'minor', 2],
  ['router, modem, antenna, wifi, wi fi, power supply', 'equipment', 'minor', 2],
  [
    'privacy, personal data, gdpr, change my address, change of address, change my email, account holder',
    'data',
    'minor',
    3,
  ],
  ['rude, insult, cash, scam, fraud, behaviour, behavior, offensive', 'conduct', 'major', 3],
  ['urgent, emergency, oxygen, life support, disabled, hospital, medical', 'other', 'critical', 1],
  ['alarm, shop closed, card terminal, office is down, business stopped', 'other', 'major', 1],
];

const entries = (language: 'it' | 'en', lines: readonly Line[]): LexiconEntry[] =>
  lines.flatMap(([stems, topic, severity, weight]) =>
    stems.split(', ').map((stem) => ({ language, stem, topic, severity, weight })),
  );

export const DEFAULT_LEXICON: readonly LexiconEntry[] = [...entries('it', ITALIAN), ...entries('en', ENGLISH)];
