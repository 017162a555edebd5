import type { Messages } from './messages.it.ts';

/** What is said to customers in English, as ICU messages: plain, each message a whole sentence; `sms.*` and `time.*` in GSM 03.38. */
export const english: Messages = {
  'time.by':
    'by {time}{day, select, none {} today { today} tomorrow { tomorrow} yesterday { yesterday} other { on {date}}}{season, select, summer { (summer time)} winter { (winter time)} other {}}',
  'time.since':
    'since {time}{day, select, none {} today { today} tomorrow { tomorrow} yesterday { yesterday} other { on {date}}}{season, select, summer { (summer time)} winter { (winter time)} other {}}',
  'time.at':
    'at {time}{day, select, none {} today { today} tomorrow { tomorrow} yesterday { yesterday} other { on {date}}}{season, select, summer { (summer time)} winter { (winter time)} other {}}',

  'subject.outage': '{place}: line down, {end, select, known {back {by}} other {next message {word}}}',
  'subject.outage-degraded':
    '{place}: line slow or unstable, {end, select, known {fixed {by}} other {next message {word}}}',
  'subject.expected-end-moved':
    '{place}: the time has changed, {end, select, known {now {by}} other {next message {word}}}',
  'subject.expected-end-passed':
    '{place}: promise not kept, {end, select, known {new time {by}} other {next message {word}}}',
  'subject.update': '{place}: problem with the line, {end, select, known {fixed {by}} other {next message {word}}}',
  'subject.restored': '{place}: the line works again',
  'subject.called-off': '{place}: the line works, our message was wrong',

  'mail.greeting': 'Dear customer,',
  'mail.outage.what': '{place}: the line has been down {since} {because}.',
  'mail.outage-degraded.what': '{place}: {since} the line may be slow or unstable {because}. It is not cut off.',
  'mail.expected-end-moved.what':
    '{place}: the time we expected for the end of the problem with the line has changed. The problem began {began} {because}.',
  'mail.expected-end-passed.what':
    '{place}: {former, select, none {we promised to fix it by a time that has passed, and we did not} other {we promised to fix it {former}, and we did not}}. The problem with the line, which began {began} {because}, goes on.',
  'mail.update.what': '{place}: the problem with the line goes on. It began {began} {because}.',
  'mail.restored.what':
    '{place}: the line works again{ended, select, none {} other { {ended}}}. The problem began {began} {because}.',
  'mail.called-off.what':
    '{place}: the line works. Our message about a problem that began {began} was wrong, and we take it back.',

  'mail.until.line':
    '{end, select, known {The line will be back {by}.} other {We do not know yet when it will be back.}}',
  'mail.until.problem':
    '{end, select, known {It will be fixed {by}.} other {We do not know yet when it will be fixed.}}',
  'mail.until.new': '{end, select, known {We now expect to fix it {by}.} other {The new time is not known yet.}}',
  'mail.until.moved':
    '{end, select, known {We had said {former}: we now expect to fix it {by}.} other {We had said {former}: that time no longer holds, and the new one is not known yet.}}',
  'mail.word.by': 'We will write to you again {word}.',
  'mail.word.end': 'We will write to you when it is fixed, and sooner if the time changes.',

  'mail.advice.follow-status-page': 'You can follow it here: {statusUrl}',
  'mail.advice.restart-router': 'If your router does not connect once the line is back, switch it off and on again.',
  'mail.advice.answer-if-not-working':
    '{phone, select, none {If your line does not work, answer this message.} other {If your line does not work, answer this message or call {phone}.}}',
  'mail.advice.use-mobile-data': 'Meanwhile you can use the connection of your mobile phone.',
  'mail.advice.nothing-needed': 'There is nothing you need to do.',

  'mail.reference': 'Reference number: {reference}',
  'mail.phone': 'Phone: {phone}',
  'mail.unsubscribe': 'You receive this message because you asked to be told. To receive no more:',
  'mail.unsubscribe.link': 'stop these mails',

  'sms.outage.what': '{operator} - {place}: line down {since}, {because}.',
  'sms.outage-degraded.what': '{operator} - {place}: line slow or unstable {since}, {because}.',
  'sms.expected-end-moved.what': '{operator} - {place}: new time for the problem that began {began}, {because}.',
  'sms.expected-end-passed.what':
    '{operator} - {place}: {former, select, none {the time we promised has passed, and it is not fixed} other {promised {former}, and it is not fixed}}. Problem began {began}, {because}.',
  'sms.update.what': '{operator} - {place}: the problem that began {began} goes on, {because}.',
  'sms.restored.what':
    '{operator} - {place}: the line works again{ended, select, none {} other { {ended}}}. The problem began {began}, {because}.',
  'sms.called-off.what':
    '{operator} - {place}: the line works. Our message about a problem that began {began} was wrong.',

  'sms.until.line': '{end, select, known {Back {by}.} other {We do not know yet when it is back.}}',
  'sms.until.problem': '{end, select, known {Fixed {by}.} other {We do not know yet when it is fixed.}}',
  'sms.until.new': '{end, select, known {New time: {by}.} other {New time not known yet.}}',
  'sms.until.moved': '{end, select, known {Not {former} but {by}.} other {Not {former}: new time not known yet.}}',
  'sms.word.by': 'Next SMS {word}.',
  'sms.word.end': 'We write when it is fixed.',

  'sms.advice.follow-status-page': 'Info: {statusUrl}',
  'sms.advice.restart-router': 'If your router then does not connect, switch it off and on.',
  'sms.advice.answer-if-not-working':
    '{phone, select, none {If it does not work, write to us.} other {If it does not work, call {phone}.}}',
  'sms.advice.use-mobile-data': 'Meanwhile use mobile data.',
  'sms.advice.nothing-needed': 'Nothing to do for you.',

  'sms.reference': 'Ref. {reference}.',
  'sms.phone': 'Tel. {phone}.',
  'sms.stop': 'STOP to opt out.',
};
