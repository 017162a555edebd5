// @ts-check
import { WORDS } from './words.js';

/** @import { ExampleState, Words } from './state.ts' */

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
/**
 * Sends what was written, and says why when it could not be sent.
 * @param {string} path @param {object} body @returns {Promise<boolean>}
 */
async function sendWords(path, body) {
  let trouble = '';
  try {
    const answer = await post(path, body);
    if (!answer.ok) trouble = /** @type {{ detail?: string }} */ (await answer.json()).detail ?? String(answer.status);
  } catch (error) {
    trouble = String(error);
  }
  await refresh();
  if (trouble === '') return true;
  at('trouble').hidden = false;
  at('trouble').textContent = WORDS[language].notSent + trouble;
  return false;
}

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
  if (person.where === 'stranger') return words.silentStranger;
  if (state?.story === 'heard') return words.silentBehind;
  if (person.where !== 'behind') return words.silentElsewhere;
  if (person.notify.length === 0) return words.silentNone;
  return person.notify.includes('sms') ? words.silentBehind : words.silentEmail;
}

/** @param {ExampleState['people'][number]} person */
function smsForm(person) {
  const words = WORDS[language];
  const text = /** @type {HTMLInputElement} */ (make('input'));
  text.maxLength = 400;
  text.required = true;
  text.placeholder = words.write;
  text.setAttribute('aria-label', `${words.write} · ${person.name}`);
  const send = /** @type {HTMLButtonElement} */ (make('button', 'quiet', words.send));
  const form = make('form', 'write', text, send);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send.disabled = true;
    void sendWords('/sms', { customer: person.id, text: text.value }).then((sent) => {
      if (sent) text.value = '';
      send.disabled = false;
    });
  });
  return form;
}

/** Who can write a mail: those whose phones are shown. @param {ExampleState} now */
function drawWriters(now) {
  const able = now.people.filter((person) => person.hasMail);
  if (
    !isNew(
      'writers',
      able.map((person) => person.id),
    )
  )
    return;
  at('mail-writer').replaceChildren(
    ...able.map((person) => {
      const option = make('option', '', person.name);
      option.setAttribute('value', person.id);
      return option;
    }),
  );
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
        // Apart from the rest, so that what is half written stays when a message arrives.
        card.append(make('div', 'shown'), smsForm(person));
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
      ...(now.story === 'mast' || person.where === 'stranger'
        ? [
            make(
              'span',
              `tag${person.where === 'elsewhere' || person.where === 'secondWay' ? '' : ' down'}`,
              words[person.where],
            ),
          ]
        : []),
      ...person.notify.map((channel) =>
        channel === 'sms' && stopped ? make('span', 'tag', words.leftSms) : make('span', 'tag yes', words[channel]),
      ),
    );
    if (person.notify.length === 0 && person.where !== 'stranger') tags.append(make('span', 'tag', words.none));
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
    if (person.messages.some((message) => message.way === 'to-customer')) {
      const answer = /** @type {HTMLButtonElement} */ (
        make('button', 'quiet answer', stopped ? words.stopped : words.answerStop)
      );
      answer.disabled = stopped;
      answer.addEventListener('click', () => {
        answer.disabled = true;
        void sendWords('/sms', { customer: person.id, text: 'STOP' });
      });
      who.append(answer);
    }
    const card = at(`phone-${person.id}`);
    card.firstElementChild?.replaceChildren(device, who);
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
          make(
            'span',
            'row',
            make('span', '', mail.way === 'from-customer' ? `${words.from} ${mail.from}` : mail.to),
            make('time', '', clock(mail.at)),
          ),
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
  drawWriters(state);
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

at('mail-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.currentTarget);
  const written = new FormData(form);
  void sendWords('/mail', Object.fromEntries(written)).then((sent) => {
    if (sent) form.reset();
  });
});

drawWords();
/** One poll after the other: a slow answer never piles up. */
async function follow() {
  if (!document.hidden) await refresh();
  setTimeout(follow, 1000);
}
void follow();
