// @ts-check
/** @import { ExampleState, Words } from './state.ts' */

const WORDS = {
  it: {
    title: 'Telefoni',
    subtitle: 'Lago Wireless, un operatore d’esempio: quello che i suoi clienti leggono',
    clock: 'Ora dell’esempio',
    smsReceived: 'SMS ricevuti',
    mailsReceived: 'E-mail ricevute',
    desk: 'Scrivania',
    status: 'Pagina pubblica',
    story: 'La storia',
    yourTurn: 'Tocca a Lei',
    phones: 'I telefoni',
    phonesHint: 'Alcuni dei 4.600 clienti. Ogni messaggio è passato per una vera sessione SMPP.',
    others: 'Altri telefoni',
    mailbox: 'La posta',
    mailHint: 'Le ultime e-mail arrivate al server di posta, qualunque sia il destinatario.',
    credit:
      'Persone inventate, luoghi veri (confini ISTAT 2023, openpolis, CC BY 4.0). I numeri e gli indirizzi non raggiungono nessuno.',
    other: 'English',
    behind: 'dietro Monte Rosso',
    secondWay: 'ha una seconda via',
    elsewhere: 'altro traliccio',
    sms: 'SMS sì',
    email: 'e-mail sì',
    none: 'nessun consenso',
    leftSms: 'SMS: ha detto STOP',
    answerStop: 'Rispondi STOP',
    stopped: 'STOP inviato',
    silentNone: 'Non ha dato il consenso: non riceve nulla. La pagina pubblica è aperta anche per questo cliente.',
    silentEmail: 'Ha scelto solo l’e-mail: guardi la posta qui sotto.',
    silentElsewhere: 'La sua linea non passa solo da Monte Rosso: nessun avviso.',
    silentBehind: 'Ancora nessun messaggio.',
    noMail: 'Nessuna e-mail, per ora.',
    chooseMail: 'Scelga un’e-mail per leggerla.',
    to: 'a',
    from: 'da',
    powerOff: 'Togliere la corrente a Monte Rosso',
    powerOn: 'Ridare la corrente',
    hintPlaying: 'Per ora la corrente segue la storia. Alla fine potrà toglierla e ridarla Lei.',
    hintOff: 'Il traliccio di Monte Rosso è senza corrente.',
    hintOn: 'Il traliccio di Monte Rosso ha corrente.',
    lost: 'L’esempio non risponde più: forse è stato fermato.',
    and: 'Guardi: ',
    locale: 'it-IT',
  },
  en: {
    title: 'Phones',
    subtitle: 'Lago Wireless, an example operator: what its customers read',
    clock: 'Example time',
    smsReceived: 'SMS received',
    mailsReceived: 'Mails received',
    desk: 'Desk',
    status: 'Status page',
    story: 'The story',
    yourTurn: 'Your turn',
    phones: 'The phones',
    phonesHint: 'Some of the 4,600 customers. Each message came over a real SMPP session.',
    others: 'Other phones',
    mailbox: 'The mail',
    mailHint: 'The latest mails that reached the mail server, whoever they are for.',
    credit:
      'The people are made up, the places are real (ISTAT boundaries 2023, openpolis, CC BY 4.0). Numbers and addresses reach nobody.',
    other: 'Italiano',
    behind: 'behind Monte Rosso',
    secondWay: 'has a second way',
    elsewhere: 'another mast',
    sms: 'SMS yes',
    email: 'mail yes',
    none: 'no consent',
    leftSms: 'SMS: said STOP',
    answerStop: 'Answer STOP',
    stopped: 'STOP sent',
    silentNone: 'Gave no consent: receives nothing. The public page is open to this customer too.',
    silentEmail: 'Chose mail only: see the mail below.',
    silentElsewhere: 'This line has another way than Monte Rosso: no message.',
    silentBehind: 'No message yet.',
    noMail: 'No mail so far.',
    chooseMail: 'Choose a mail to read it.',
    to: 'to',
    from: 'from',
    powerOff: 'Cut the power of Monte Rosso',
    powerOn: 'Give the power back',
    hintPlaying: 'For now the power follows the story. In the end you can cut it and give it back.',
    hintOff: 'The Monte Rosso mast is without power.',
    hintOn: 'The Monte Rosso mast has power.',
    lost: 'The example does not answer any more: perhaps it was stopped.',
    and: 'Look at: ',
    locale: 'en-GB',
  },
};

/** @type {'it' | 'en'} */
let language =
  localStorage.getItem('language') === 'en' ||
  (!localStorage.getItem('language') && !navigator.language.startsWith('it'))
    ? 'en'
    : 'it';
let set = 0;
/**
 * The open mail, and how it came to be open.
 * @type {{ mail: ExampleState['mails'][number] | null, chosen: boolean, step: string, newestBefore: string | null, followed: boolean }}
 */
let reading = { mail: null, chosen: false, step: '', newestBefore: null, followed: false };
/** @type {ExampleState | null} */
let state = null;
/** What is drawn now, by place on the page: only what changed is drawn again, so that nothing moves under the pointer. */
/** @type {Map<string, string>} */
const drawn = new Map();

/** @param {string} id @returns {HTMLElement} */
const at = (id) => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`No element ${id}.`);
  return found;
};
/** @param {string} tag @param {string} [className] @param {...(Node | string)} children */
const make = (tag, className, ...children) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
};
/** @param {Words} words */
const say = (words) => words[language];
/** @param {string} instant */
const clock = (instant) =>
  new Date(instant).toLocaleTimeString(WORDS[language].locale, {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: state?.timeZone ?? 'Europe/Rome',
  });
/** @param {string} place @param {unknown} facts */
const isNew = (place, facts) => {
  const text = JSON.stringify([language, facts]);
  if (drawn.get(place) === text) return false;
  drawn.set(place, text);
  return true;
};
/** @param {string} path @param {object} body */
const post = (path, body) =>
  fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

function drawWords() {
  if (!isNew('words', null)) return;
  document.documentElement.lang = language;
  const words = WORDS[language];
  for (const element of document.querySelectorAll('[data-t]'))
    element.textContent = words[/** @type {keyof typeof words} */ (element.getAttribute('data-t'))];
  document.title = `${words.title} · Lago Wireless`;
  at('language').textContent = words.other;
}

/** @param {ExampleState} now */
function drawTop(now) {
  const words = WORDS[language];
  at('clock').textContent = now.businessNow ? clock(now.businessNow) : '–';
  for (const element of document.querySelectorAll('.now-time')) element.textContent = at('clock').textContent;
  at('sms').textContent = now.totals.sms.toLocaleString(words.locale);
  at('mails').textContent = now.totals.mails.toLocaleString(words.locale);
  at('desk').setAttribute('href', now.links.desk);
  at('status').setAttribute('href', now.links.status);
  at('trouble').hidden = !now.trouble;
  at('trouble').textContent = now.trouble;
  const button = /** @type {HTMLButtonElement} */ (at('power'));
  button.disabled = now.phase !== 'played';
  button.textContent = now.power === 'on' ? words.powerOff : words.powerOn;
  at('power-hint').textContent =
    now.phase === 'played' ? (now.power === 'on' ? words.hintOn : words.hintOff) : words.hintPlaying;
}

/** @param {ExampleState} now */
function drawSteps(now) {
  if (!isNew('steps', now.steps)) return;
  at('steps').replaceChildren(
    ...now.steps.map((step) => {
      const title = make('div', 'title', make('span', '', say(step.title)));
      if (step.at) title.append(make('time', '', clock(step.at)));
      const item = make('li', step.state, title);
      if (step.state === 'now') {
        item.setAttribute('aria-current', 'step');
        const look = make('p', 'look', say(step.look));
        for (const link of step.links) {
          const anchor = make('a', '', say(link.label));
          anchor.setAttribute('href', link.url);
          anchor.setAttribute('target', '_blank');
          anchor.setAttribute('rel', 'noopener');
          look.append(' ', anchor);
        }
        item.append(look);
      }
      return item;
    }),
  );
  const story = document.querySelector('.story');
  const present = at('steps').querySelector('.now');
  // Only inside its own box, so that the page itself stays where the reader left it.
  if (story && present instanceof HTMLElement && story.scrollHeight > story.clientHeight)
    story.scrollTop = Math.max(0, present.offsetTop - story.clientHeight / 2);
}

/** @param {ExampleState['people'][number]} person */
function silence(person) {
  const words = WORDS[language];
  if (person.where !== 'behind') return words.silentElsewhere;
  if (person.notify.length === 0) return words.silentNone;
  return person.notify.includes('sms') ? words.silentBehind : words.silentEmail;
}

/** @param {ExampleState} now */
function drawPhones(now) {
  const words = WORDS[language];
  const grid = at('phones');
  if (
    isNew(
      'people',
      now.people.map((person) => person.id),
    )
  )
    grid.replaceChildren(
      ...now.people.map((person) => {
        drawn.delete(`phone ${person.id}`);
        const card = make('article', 'phone');
        card.id = `phone-${person.id}`;
        return card;
      }),
    );
  for (const person of now.people) {
    if (!isNew(`phone ${person.id}`, person)) continue;
    const bar = make('div', 'bar', make('span', 'now-time', now.businessNow ? clock(now.businessNow) : ''));
    bar.insertAdjacentHTML(
      'beforeend',
      '<svg viewBox="0 0 30 11" aria-hidden="true"><path d="M0 8h2v3H0zM4 5h2v6H4zM8 2h2v9H8zM12 0h2v11h-2zM18 1h9v9h-9zM28 4h1.5v3H28z"/></svg>',
    );
    const stopped = person.messages.some((message) => message.way === 'from-customer' && message.text === 'STOP');
    const thread = make('div', 'thread');
    thread.tabIndex = 0;
    thread.setAttribute('aria-label', `SMS · ${person.name}`);
    if (person.messages.length === 0) thread.append(make('p', 'silence', silence(person)));
    for (const message of person.messages) {
      const mine = message.way === 'from-customer' ? ' mine' : '';
      thread.append(make('div', `bubble${mine}`, message.text), make('div', `when${mine}`, clock(message.at)));
    }
    const sender = person.messages.find((message) => message.way === 'to-customer')?.from ?? ' ';
    const device = make('div', 'device', make('div', 'screen', bar, make('div', 'sender', sender), thread));
    const tags = make(
      'div',
      'tags',
      make('span', `tag${person.where === 'behind' ? ' down' : ''}`, words[person.where]),
      ...person.notify.map((channel) =>
        channel === 'sms' && stopped ? make('span', 'tag', words.leftSms) : make('span', 'tag yes', words[channel]),
      ),
    );
    if (person.notify.length === 0) tags.append(make('span', 'tag', words.none));
    const who = make(
      'div',
      'who',
      make(
        'div',
        '',
        make('strong', '', person.name),
        make('small', '', `${person.place} · ${person.language === 'it' ? 'italiano' : 'English'}`),
      ),
      tags,
    );
    if (person.messages.length > 0) {
      const answer = /** @type {HTMLButtonElement} */ (
        make('button', 'quiet answer', stopped ? words.stopped : words.answerStop)
      );
      answer.disabled = stopped;
      answer.addEventListener('click', () => {
        answer.disabled = true;
        void post('/stop', { customer: person.id }).then(refresh);
      });
      who.append(answer);
    }
    const card = at(`phone-${person.id}`);
    card.replaceChildren(device, who);
    thread.scrollTop = thread.scrollHeight;
  }
}

/** @param {ExampleState} now */
function drawMail(now) {
  const words = WORDS[language];
  const [newest] = now.mails;
  const step = now.steps.find((each) => each.state === 'now')?.id ?? '';
  if (step !== reading.step) reading = { ...reading, step, newestBefore: newest?.id ?? null, followed: false };
  // The first of each step opens by itself, as long as the reader chose none; thousands follow, and the text must hold still.
  if (newest && !reading.chosen && (!reading.mail || (!reading.followed && newest.id !== reading.newestBefore)))
    reading = { ...reading, mail: newest, followed: true };
  const chosen = reading.mail;
  if (isNew('mail list', [now.mails, chosen?.id])) {
    at('mail-list').replaceChildren(
      ...(now.mails.length === 0 ? [make('li', 'empty', words.noMail)] : []),
      ...now.mails.map((mail) => {
        const button = make(
          'button',
          '',
          make('span', 'row', make('span', '', mail.to), make('time', '', clock(mail.at))),
          make('span', 'subject', mail.subject),
        );
        button.setAttribute('type', 'button');
        button.setAttribute('aria-current', String(mail.id === chosen?.id));
        button.addEventListener('click', () => {
          reading = { ...reading, mail, chosen: true };
          drawMail(now);
        });
        return make('li', '', button);
      }),
    );
  }
  if (!isNew('mail', chosen ?? null)) return;
  if (!chosen) {
    at('mail').replaceChildren(make('p', 'empty', words.chooseMail));
    return;
  }
  const parts = [
    make('h3', '', chosen.subject),
    make('p', 'facts', `${words.from} ${chosen.from} ${words.to} ${chosen.to} · ${clock(chosen.at)}`),
  ];
  if (chosen.hasHtml) {
    const frame = make('iframe');
    frame.setAttribute('sandbox', '');
    frame.setAttribute('title', chosen.subject);
    frame.setAttribute('src', `/mail?id=${encodeURIComponent(chosen.id)}`);
    parts.push(frame);
  } else parts.push(make('pre', '', chosen.text));
  at('mail').replaceChildren(...parts);
}

async function refresh() {
  try {
    const answer = await fetch(`/state?set=${set}`, { cache: 'no-store' });
    if (!answer.ok) throw new Error(String(answer.status));
    state = /** @type {ExampleState} */ (await answer.json());
  } catch {
    at('trouble').hidden = false;
    at('trouble').textContent = WORDS[language].lost;
    return;
  }
  drawWords();
  drawTop(state);
  drawSteps(state);
  drawPhones(state);
  drawMail(state);
}

at('language').addEventListener('click', () => {
  language = language === 'it' ? 'en' : 'it';
  localStorage.setItem('language', language);
  void refresh();
});
at('others').addEventListener('click', () => {
  set += 1;
  void refresh();
});
at('power').addEventListener('click', () => {
  if (!state) return;
  /** @type {HTMLButtonElement} */ (at('power')).disabled = true;
  void post('/power', { state: state.power === 'on' ? 'off' : 'on' }).then(refresh);
});

drawWords();
/** One poll after the other: a slow answer never piles up. */
async function follow() {
  if (!document.hidden) await refresh();
  setTimeout(follow, 1000);
}
void follow();
