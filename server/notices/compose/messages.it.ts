/**
 * What is said to customers in Italian, as ICU messages. "Lei", plain words, each message a whole sentence. The texts of `sms.*` and of `time.*`
 * use only characters of GSM 03.38 (so never the capital È). `'` before a brace is doubled, as ICU wants.
 */
export const italian = {
  'time.by':
    "entro {clock, select, one {l''{time}} other {le {time}}}{day, select, none {} today { di oggi} tomorrow { di domani} yesterday { di ieri} other { di {date}}}{season, select, summer { (ora legale)} winter { (ora solare)} other {}}",
  'time.since':
    "{clock, select, one {dall''{time}} other {dalle {time}}}{day, select, none {} today { di oggi} tomorrow { di domani} yesterday { di ieri} other { di {date}}}{season, select, summer { (ora legale)} winter { (ora solare)} other {}}",
  'time.at':
    "{clock, select, one {all''{time}} other {alle {time}}}{day, select, none {} today { di oggi} tomorrow { di domani} yesterday { di ieri} other { di {date}}}{season, select, summer { (ora legale)} winter { (ora solare)} other {}}",

  'subject.outage': '{place}: linea ferma, {end, select, known {torna {by}} other {prossimo avviso {word}}}',
  'subject.outage-degraded':
    '{place}: linea lenta o instabile, {end, select, known {risolto {by}} other {prossimo avviso {word}}}',
  'subject.expected-end-moved':
    "{place}: cambia l'orario, {end, select, known {ora è {by}} other {prossimo avviso {word}}}",
  'subject.expected-end-passed':
    '{place}: promessa non mantenuta, {end, select, known {nuovo orario {by}} other {prossimo avviso {word}}}',
  'subject.update': '{place}: problema alla linea, {end, select, known {risolto {by}} other {prossimo avviso {word}}}',
  'subject.restored': '{place}: la linea funziona di nuovo',
  'subject.called-off': "{place}: la linea funziona, l'avviso era sbagliato",

  'mail.greeting': 'Gentile cliente,',
  'mail.outage.what': '{place}: la linea è ferma {since} {because}.',
  'mail.outage-degraded.what': '{place}: {since} la linea può essere lenta o instabile {because}. Non è interrotta.',
  'mail.expected-end-moved.what':
    "{place}: cambia l'orario previsto per la soluzione del problema alla linea, iniziato {began} {because}.",
  'mail.expected-end-passed.what':
    '{place}: {former, select, none {avevamo promesso una soluzione per un orario che è passato, e non ci siamo riusciti} other {avevamo promesso una soluzione {former}, e non ci siamo riusciti}}. Il problema alla linea, iniziato {began} {because}, continua.',
  'mail.update.what': '{place}: continua il problema alla linea, iniziato {began} {because}.',
  'mail.restored.what':
    '{place}: la linea funziona di nuovo{ended, select, none {} other { {ended}}}. Il problema era iniziato {began} {because}.',
  'mail.called-off.what':
    "{place}: la linea funziona. L''avviso di un problema iniziato {began} era sbagliato, e lo ritiriamo.",

  'mail.until.line': '{end, select, known {La linea torna {by}.} other {Non sappiamo ancora quando torna.}}',
  'mail.until.problem': '{end, select, known {Sarà risolto {by}.} other {Non sappiamo ancora quando sarà risolto.}}',
  'mail.until.new':
    '{end, select, known {Ora prevediamo di risolverlo {by}.} other {Il nuovo orario non è ancora noto.}}',
  'mail.until.moved':
    "{end, select, known {Avevamo detto {former}: ora prevediamo di risolverlo {by}.} other {Avevamo detto {former}: quell''orario non vale più, e il nuovo non è ancora noto.}}",
  'mail.word.by': 'Le scriviamo di nuovo {word}.',
  'mail.word.end': "Le scriviamo quando è risolto, e prima se l'orario cambia.",

  'mail.advice.follow-status-page': 'Può seguire la situazione qui: {statusUrl}',
  'mail.advice.restart-router': 'Se a linea tornata il router non si collega, lo spenga e lo riaccenda.',
  'mail.advice.answer-if-not-working':
    '{phone, select, none {Se la linea non funziona, risponda a questo messaggio.} other {Se la linea non funziona, risponda a questo messaggio o chiami il numero {phone}.}}',
  'mail.advice.use-mobile-data': 'Intanto può usare la connessione del cellulare.',
  'mail.advice.nothing-needed': 'Da parte Sua non serve fare nulla.',

  'mail.reference': 'Numero di pratica: {reference}',
  'mail.phone': 'Telefono: {phone}',
  'mail.unsubscribe': 'Riceve questo messaggio perché ha chiesto di essere avvisato. Per non riceverne più:',
  'mail.unsubscribe.link': 'non voglio più questi avvisi',

  'sms.outage.what': '{operator} - {place}: linea ferma {since} {because}.',
  'sms.outage-degraded.what': '{operator} - {place}: linea lenta o instabile {since} {because}.',
  'sms.expected-end-moved.what': "{operator} - {place}: cambia l'orario per il problema iniziato {began} {because}.",
  'sms.expected-end-passed.what':
    "{operator} - {place}: {former, select, none {l''orario promesso è passato e non ci siamo riusciti} other {promesso {former}, non ci siamo riusciti}}. Problema iniziato {began} {because}.",
  'sms.update.what': '{operator} - {place}: problema in corso {since} {because}.',
  'sms.restored.what':
    '{operator} - {place}: la linea funziona di nuovo{ended, select, none {} other { {ended}}}. Problema iniziato {began} {because}.',
  'sms.called-off.what':
    "{operator} - {place}: la linea funziona. L''avviso di un problema iniziato {began} era sbagliato.",

  'sms.until.line': '{end, select, known {Torna {by}.} other {Non sappiamo ancora quando torna.}}',
  'sms.until.problem': '{end, select, known {Risolto {by}.} other {Fine non ancora nota.}}',
  'sms.until.new': '{end, select, known {Nuovo orario: {by}.} other {Nuovo orario non ancora noto.}}',
  'sms.until.moved':
    '{end, select, known {Non più {former}, ma {by}.} other {Non più {former}: nuovo orario non ancora noto.}}',
  'sms.word.by': 'Nuovo SMS {word}.',
  'sms.word.end': 'Le scriviamo quando è risolto.',

  'sms.advice.follow-status-page': 'Info: {statusUrl}',
  'sms.advice.restart-router': 'Se poi il router non si collega, lo spenga e lo riaccenda.',
  'sms.advice.answer-if-not-working':
    '{phone, select, none {Se non funziona ci scriva.} other {Se non funziona chiami {phone}.}}',
  'sms.advice.use-mobile-data': 'Intanto usi la rete del cellulare.',
  'sms.advice.nothing-needed': 'Non deve fare nulla.',

  'sms.reference': 'Pratica {reference}.',
  'sms.phone': 'Tel. {phone}.',
  'sms.stop': 'STOP per non ricevere.',
};

/** What every language has. */
export type Messages = Record<keyof typeof italian, string>;
export type MessageKey = keyof typeof italian;
