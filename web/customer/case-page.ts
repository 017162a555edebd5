import { type CaseFacts, type Done, FORM_LIMITS, type PageFrame, type Trouble } from '../../contract/customer-page.ts';
import { type Markup, markup } from '../status/markup.ts';
import { type Banner, callUs, carried, filesField, renderFrame, type Shape, shape, troubleBanner } from './frame.ts';
import { say, sayBy, sayDay } from './say.ts';
import { promiseName, renderThread } from './thread.ts';

export interface CaseView {
  frame: PageFrame;
  facts: CaseFacts;
  /** "/c/TOKEN". */
  path: string;
  /** A value of its own for each rendering: a form that is sent twice is acted on once. */
  once: string;
  /** The page of the thread, from 1. */
  page: number;
  done: Done | null;
  /** What was wrong with a form, and what was typed into it. */
  trouble: { what: Trouble; typed: string; retryAfter?: number } | null;
}

/** The page of a case: what happens now, what is asked, what was promised, what happened, what else can be done. */
export function renderCase(view: CaseView): string {
  const { frame, facts, path } = view;
  const { language } = frame;
  const banner: Banner = view.trouble
    ? troubleBanner(frame, view.trouble.what, view.trouble.retryAfter)
    : view.done && { tone: 'good', words: say(language, `done.${view.done}`) };
  return renderFrame(frame, {
    title: say(language, 'page.title', { number: facts.number }),
    otherLanguage: `${path}?lang=${language === 'it' ? 'en' : 'it'}`,
    banner,
    body: [
      acting(view),
      hero(view),
      facts.may.answer && fixQuestion(view),
      promises(view),
      facts.may.write && write(view),
      renderThread(facts.thread, view.page, { frame, viewer: facts.viewer, path }),
      ways(view),
      markup`<p class="hint">${say(language, 'footer.link')}</p>`,
    ],
  });
}

function acting({ frame: { language }, facts: { viewer } }: CaseView): Markup | null {
  if (viewer.as === 'customer') return null;
  const scopes = viewer.scopes.map((scope) => say(language, `scope.${scope}`)).join('; ');
  return markup`<div class="acting"><p><b>${say(language, 'viewer.delegate', { forName: viewer.forName, name: viewer.name })}</b></p><p>${say(language, 'viewer.delegate.scopes', { scopes })}</p></div>`;
}

/** What happens now, in a sentence. */
export function headline({ frame: { language }, facts }: Pick<CaseView, 'frame' | 'facts'>): string {
  if (facts.state === 'waiting') return say(language, `state.waiting.${facts.waitingFor ?? 'technical'}`);
  return say(language, `state.${facts.state}`, { team: facts.team ?? 'none', number: facts.joinedTo ?? '' });
}

function hero(view: CaseView): Markup {
  const { frame, facts } = view;
  const { language } = frame;
  const more =
    facts.state === 'waiting'
      ? (`more.waiting.${facts.waitingFor ?? 'technical'}` as const)
      : (`more.${facts.state}` as const);
  const [tone, picture] = mood(facts);
  return markup`<div class="hero ${tone}">${shape(picture)}<div><p class="number">${say(language, 'number.label')} <b>${spaced(facts.number)}</b></p>
<h1>${headline(view)}</h1>${late(view)}<p>${say(language, more)}</p>${facts.formalAt && markup`<p>${say(language, 'more.formal', { when: sayDay(facts.formalAt, frame) })}</p>`}<p class="about">«${facts.subject}»</p></div></div>
`;
}

function mood({ state, waitingFor, broken, asked }: CaseFacts): [tone: string, picture: Shape] {
  if (asked !== null || (state === 'waiting' && waitingFor === 'customer')) return ['you', 'you'];
  if (state === 'confirmed') return ['good', 'good'];
  if (state === 'unconfirmed' || state === 'cancelled' || state === 'joined') return ['ended', 'ended'];
  return broken ? ['late', 'late'] : ['', 'work'];
}

/** A promise that broke is said first, without excuse, then the new time. */
function late({ frame, facts: { broken, promises, endedAt } }: CaseView): Markup | null {
  if (!broken || endedAt) return null;
  const { language } = frame;
  const [next] = promises.filter(({ dueAt }) => dueAt > frame.now);
  return markup`<p><b>${say(language, 'late.words', { by: sayBy(broken.dueAt, frame) })}</b> ${
    next
      ? say(language, 'late.next', {
          what: uncapitalised(promiseName(next.kind, language)),
          by: sayBy(next.dueAt, frame),
        })
      : say(language, 'late.none')
  }</p>`;
}

function fixQuestion({ frame: { language }, path, once, trouble }: CaseView): Markup {
  return markup`<section class="card ask"><h2>${say(language, 'ask.fix')}</h2>
<form method="post" action="${path}/answer?lang=${language}">${carried({ once })}
<div class="pair"><button class="yes" name="works" value="yes">${shape('good')}${say(language, 'ask.yes')}</button><button class="no" name="works" value="no">${shape('bad')}${say(language, 'ask.no')}</button></div>
<h3><label for="ask-words">${say(language, 'ask.words')}</label></h3><textarea id="ask-words" name="words" maxlength="${FORM_LIMITS.text}" aria-describedby="ask-hint">${trouble?.typed ?? ''}</textarea><span class="hint" id="ask-hint">${say(language, 'ask.words.hint')}</span></form></section>
`;
}

function promises({ frame, facts }: CaseView): Markup | null {
  // While we wait for the answer, the next word is the customer's.
  if (facts.endedAt || (facts.may.answer && facts.promises.length === 0)) return null;
  const { language, now } = frame;
  const list = facts.promises.map(
    ({ kind, dueAt, paused }) =>
      markup`<div><dt>${promiseName(kind, language)}</dt><dd><time datetime="${dueAt}">${capitalised(sayBy(dueAt, frame))}</time>${paused ? markup`<small class="stands">${say(language, 'promise.paused')}</small>` : dueAt <= now && markup`<small class="overdue">${say(language, 'promise.late')}</small>`}</dd></div>`,
  );
  return markup`<section class="card"><h2>${say(language, 'promises.title')}</h2>${list.length > 0 ? markup`<dl>${list}</dl>` : markup`<p>${say(language, 'promises.none')}</p>`}</section>
`;
}

function write(view: CaseView): Markup {
  const { frame, facts, path, once, trouble } = view;
  const { language } = frame;
  const asked = facts.asked === 'question' ? lastQuestion(facts) : null;
  return markup`<section class="card${asked !== null && ' ask'}"><h2>${say(language, asked !== null ? 'ask.question' : facts.endedAt ? 'write.reopen' : 'write.title')}</h2>
${asked !== null && markup`<p>${asked.slice(0, 1500)}</p>`}<form method="post" action="${path}/messages?lang=${language}" enctype="multipart/form-data">${carried({ once })}
<div class="field"><label for="text">${say(language, 'write.label')}</label><textarea id="text" name="text" required maxlength="${FORM_LIMITS.text}">${trouble?.typed ?? ''}</textarea></div>
${filesField(frame)}
<button>${say(language, 'write.send')}</button></form></section>
`;
}

const lastQuestion = ({ thread }: CaseFacts): string | null => {
  const asked = thread.findLast((knot) => knot.what === 'message' && knot.kind === 'question');
  return asked?.what === 'message' ? asked.body : null;
};

function ways(view: CaseView): Markup {
  const { frame, facts, path } = view;
  const { language } = frame;
  const link = (page: 'formal' | 'delegate' | 'contact-point' | 'download'): Markup =>
    markup`<li><a href="${path}/${page}?lang=${language}">${say(language, `${page}.link`)}</a></li>`;
  return markup`<section class="card"><h2>${say(language, 'more.title')}</h2>
${facts.may.call && callForm(view)}${facts.may.manage && channelForm(view)}${facts.may.cancel && cancelForm(view)}
<ul class="ways">${facts.may.formal && link('formal')}${facts.may.manage && [link('delegate'), link('contact-point'), link('download')]}</ul>${callUs(frame)}</section>
`;
}

const callForm = ({ frame: { language }, path, once }: CaseView): Markup =>
  markup`<details><summary>${say(language, 'call.title')}</summary><p>${say(language, 'call.words')}</p><form method="post" action="${path}/call?lang=${language}">${carried({ once })}
<div class="field"><label for="phone">${say(language, 'call.phone')}</label><input type="tel" id="phone" name="phone" autocomplete="tel" maxlength="40" aria-describedby="phone-hint"><span class="hint" id="phone-hint">${say(language, 'call.phone.hint')}</span></div>
<div class="field"><label for="call-words">${say(language, 'call.about')}</label><input type="text" id="call-words" name="words" maxlength="500"></div>
<button class="second">${say(language, 'call.send')}</button></form></details>
`;

function channelForm({ frame: { language }, facts, path, once }: CaseView): Markup {
  const choice = (value: string, words: string): Markup =>
    markup`<label class="choice"><input type="radio" name="answeredAt" value="${value}"${value === (facts.answeredAt ?? '') && ' checked'}>${words}</label>`;
  const spoken = (value: 'it' | 'en', words: string): Markup =>
    markup`<label class="choice"><input type="radio" name="language" value="${value}"${value === language && ' checked'}><span lang="${value}">${words}</span></label>`;
  return markup`<details><summary>${say(language, 'channel.title')}</summary><form method="post" action="${path}/channel?lang=${language}">${carried({ once })}
<fieldset><legend>${say(language, 'channel.label')}</legend>${facts.addresses.map(({ id, channel, to, verified }) => choice(id, `${say(language, `channel.by.${channel}`, { to })}${verified ? '' : ` ${say(language, 'channel.claimed')}`}`))}${choice('', say(language, 'channel.page'))}</fieldset>
<fieldset><legend>${say(language, 'channel.language')}</legend>${spoken('it', 'Italiano')}${spoken('en', 'English')}</fieldset>
<button class="second">${say(language, 'channel.save')}</button></form></details>
`;
}

const cancelForm = ({ frame: { language }, path, once }: CaseView): Markup =>
  markup`<details><summary>${say(language, 'cancel.title')}</summary><p>${say(language, 'cancel.words')}</p><form method="post" action="${path}/cancel?lang=${language}">${carried({ once })}
<div class="field"><label for="cancel-words">${say(language, 'cancel.why')}</label><input type="text" id="cancel-words" name="words" maxlength="500"></div>
<button class="stop">${say(language, 'cancel.send')}</button></form></details>
`;

/** "26 0418 731": as it is read out. */
export const spaced = (number: string): string => `${number.slice(0, 2)} ${number.slice(2, -3)} ${number.slice(-3)}`;

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const uncapitalised = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
