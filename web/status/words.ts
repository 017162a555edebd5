import { IntlMessageFormat } from 'intl-messageformat';
import type { Language } from '../../contract/answer.ts';

/** What only the public pages say, as ICU messages; causes and next steps come from contract/words.ts. */
const italian = {
  title: '{operator}: stato della rete',
  'state.fine': 'Tutto funziona',
  'state.open': '{count, plural, one {1 guasto in corso} other {# guasti in corso}}',
  'state.degraded': '{count, plural, one {1 rallentamento in corso} other {# rallentamenti in corso}}',
  'state.fine.more': 'Nessun guasto in corso sulla nostra rete.',
  'state.open.more': 'Qui sotto: dove, perché, fino a quando e che cosa facciamo.',
  'state.since': 'Ultima novità: {when}',
  'badge.outage': 'Linea ferma',
  'badge.degraded': 'Linea lenta o instabile',
  'badge.restoring': 'In ripresa',
  'badge.ended': 'Risolto',
  'badge.late': 'In ritardo',
  'label.why': 'Perché',
  'label.until': 'Fino a quando',
  'label.next': 'Cosa facciamo',
  'label.word': 'Prossimo aggiornamento',
  'label.where': 'Dove',
  'label.thread': 'Che cosa è successo',
  'label.reference': 'Pratica {reference}',
  'until.unknown': 'Non lo sappiamo ancora',
  'until.restoring': 'La linea sta tornando: controlliamo che resti stabile',
  'until.late': 'Avevamo promesso {by} e non ci siamo riusciti. Il nuovo orario non è ancora noto.',
  'until.late.plain': 'L’orario promesso è passato e non ci siamo riusciti. Il nuovo orario non è ancora noto.',
  'word.none': 'Quando è risolto, e prima se l’orario cambia',
  'word.soon': 'Stiamo preparando il prossimo aggiornamento',
  'area.lines': 'circa {lines} linee',
  'area.more': '{count, plural, one {e un’altra zona} other {e altre # zone}}',
  'area.few': 'poche linee',
  'incident.began': 'Iniziato {when}',
  'incident.more': '{count, plural, one {E un altro guasto in corso.} other {E altri # guasti in corso.}}',
  'ended.title': 'Risolti negli ultimi 14 giorni',
  'ended.none': 'Nessun guasto negli ultimi 14 giorni.',
  'ended.span': '{from} – {to}',
  'ended.more': '{count, plural, one {E un altro.} other {E altri #.}}',
  'update.outage': 'Primo avviso: linea ferma',
  'update.outage-degraded': 'Primo avviso: linea lenta o instabile',
  'update.expected-end-moved': 'Cambia l’orario',
  'update.expected-end-passed': 'Promessa non mantenuta',
  'update.update': 'Aggiornamento',
  'update.restored': 'La linea funziona di nuovo',
  'update.called-off': 'Avviso ritirato: la linea funziona',
  'update.until': 'Soluzione prevista {by}.',
  'update.unknown': 'Orario della soluzione non ancora noto.',
  'update.word': 'Prossimo aggiornamento {by}.',
  'told.title': 'Come essere avvisati',
  'told.notices':
    '{phone, select, none {Chi lo chiede riceve un SMS o una mail quando la sua linea è coinvolta.} other {Chi lo chiede riceve un SMS o una mail quando la sua linea è coinvolta: basta chiamare il numero {phone}.}}',
  'told.feed': 'Questa pagina si può seguire anche con un lettore di notizie (Atom)',
  'told.refresh': 'La pagina si aggiorna da sola ogni minuto.',
  'help.title': 'La Sua linea non funziona e qui non c’è nulla?',
  'help.phone': 'Ci chiami:',
  'help.none': 'Ci scriva: non aspetti che il guasto compaia qui.',
  'foot.zone': 'Orari: {zone}.',
  'language.other': 'English',
  'feed.title': 'Stato della rete di {operator}',
  'summary.network': 'Rete',
  'time.by':
    'entro {clock, select, one {l’{time}} other {le {time}}} di {date}{season, select, summer { (ora legale)} winter { (ora solare)} other {}}',
  'time.at':
    '{clock, select, one {all’{time}} other {alle {time}}} di {date}{season, select, summer { (ora legale)} winter { (ora solare)} other {}}',
};

export type MessageKey = keyof typeof italian;

const english: Record<MessageKey, string> = {
  title: '{operator}: network status',
  'state.fine': 'Everything works',
  'state.open': '{count, plural, one {1 problem now} other {# problems now}}',
  'state.degraded': '{count, plural, one {1 slowdown now} other {# slowdowns now}}',
  'state.fine.more': 'No problem on our network right now.',
  'state.open.more': 'Below: where, why, until when and what we do.',
  'state.since': 'Latest news: {when}',
  'badge.outage': 'Line down',
  'badge.degraded': 'Line slow or unstable',
  'badge.restoring': 'Coming back',
  'badge.ended': 'Fixed',
  'badge.late': 'Late',
  'label.why': 'Why',
  'label.until': 'Until when',
  'label.next': 'What we do',
  'label.word': 'Next update',
  'label.where': 'Where',
  'label.thread': 'What happened',
  'label.reference': 'Reference {reference}',
  'until.unknown': 'We do not know yet',
  'until.restoring': 'The line is coming back: we are checking that it stays stable',
  'until.late': 'We promised {by} and did not make it. The new time is not known yet.',
  'until.late.plain': 'The promised time has passed and we did not make it. The new time is not known yet.',
  'word.none': 'When it is fixed, and sooner if the time changes',
  'word.soon': 'We are preparing the next update',
  'area.lines': 'about {lines} lines',
  'area.more': '{count, plural, one {and one more area} other {and # more areas}}',
  'area.few': 'few lines',
  'incident.began': 'Began {when}',
  'incident.more': '{count, plural, one {And one more problem.} other {And # more problems.}}',
  'ended.title': 'Fixed in the last 14 days',
  'ended.none': 'No outages in the last 14 days.',
  'ended.span': '{from} – {to}',
  'ended.more': '{count, plural, one {And one more.} other {And # more.}}',
  'update.outage': 'First word: line down',
  'update.outage-degraded': 'First word: line slow or unstable',
  'update.expected-end-moved': 'The time changes',
  'update.expected-end-passed': 'Promise not kept',
  'update.update': 'Update',
  'update.restored': 'The line works again',
  'update.called-off': 'Taken back: the line works',
  'update.until': 'Expected to be fixed {by}.',
  'update.unknown': 'Time of the fix not known yet.',
  'update.word': 'Next update {by}.',
  'told.title': 'How to be told',
  'told.notices':
    '{phone, select, none {Whoever asks for it gets an SMS or a mail when their line is concerned.} other {Whoever asks for it gets an SMS or a mail when their line is concerned: just call {phone}.}}',
  'told.feed': 'This page can also be followed with a news reader (Atom)',
  'told.refresh': 'The page renews itself every minute.',
  'help.title': 'Your line does not work and nothing is shown here?',
  'help.phone': 'Call us:',
  'help.none': 'Write to us: do not wait for it to appear here.',
  'foot.zone': 'Times: {zone}.',
  'language.other': 'Italiano',
  'feed.title': 'Network status of {operator}',
  'summary.network': 'Network',
  'time.by': 'by {time} on {date}{season, select, summer { (summer time)} winter { (winter time)} other {}}',
  'time.at': 'at {time} on {date}{season, select, summer { (summer time)} winter { (winter time)} other {}}',
};

export const WORDS: Record<Language, Record<MessageKey, string>> = { it: italian, en: english };

const parsed = new Map<string, IntlMessageFormat>();

/** One message with its values filled in; not escaped. */
export function say(language: Language, key: MessageKey, values: Record<string, string | number> = {}): string {
  const name = `${language}:${key}`;
  let message = parsed.get(name);
  if (!message) {
    message = new IntlMessageFormat(WORDS[language][key], language, undefined, { ignoreTag: true });
    parsed.set(name, message);
  }
  return String(message.format(values));
}
