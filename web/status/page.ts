import type { PublishedIncident } from '../../contract/status.ts';
import { CAUSE_WORDS, NEXT_STEP_WORDS } from '../../contract/words.ts';
import {
  inOrder,
  isAhead,
  isLate,
  laterTime,
  linesOf,
  placeOf,
  sayTime,
  shortTime,
  updateTimes,
  updateTitle,
  type View,
} from './facts.ts';
import { type Markup, markup, raw } from './markup.ts';
import { STYLE } from './style.ts';
import { say } from './words.ts';

/** Whatever happens, the page stays below 50 KB: with many open at once each says less of its past. */
const MOST_OPEN = 30;
const MOST_ENDED = 15;
const roomFor = (open: number): { updates: number; areas: number } =>
  open <= 6 ? { updates: 8, areas: 12 } : open <= 12 ? { updates: 3, areas: 6 } : { updates: 0, areas: 0 };

// A thread that runs on, with where we are now as its knot.
const LOGO = raw(
  '<svg viewBox="0 0 44 24" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" aria-hidden="true"><path d="M2 17c7 0 8-11 14-11s6 12 12 12c4 0 5-3 6-5"/><circle cx="37" cy="8" r="4" fill="currentColor" stroke="none"/></svg>',
);
// Each state has a shape of its own: circle with a tick, octagon with a bar, triangle, arrow that turns, clock.
const SHAPES = raw(
  '<svg class="shapes" width="0" height="0" aria-hidden="true"><defs>' +
    '<g id="s-fine"><circle cx="12" cy="12" r="11" fill="currentColor"/><path d="m7 12.5 3.5 3.5L17 9" fill="none" stroke="var(--card)" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></g>' +
    '<g id="s-outage"><path d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z" fill="currentColor"/><path d="M7 12h10" stroke="var(--card)" stroke-width="2.8" stroke-linecap="round"/></g>' +
    '<g id="s-degraded"><path d="M12 2 23 21.5H1z" fill="currentColor" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/><path d="M12 9v5.5m0 3.5v.1" stroke="var(--card)" stroke-width="2.4" stroke-linecap="round"/></g>' +
    '<g id="s-restoring" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"><path d="M20.5 12a8.5 8.5 0 1 1-2.6-6.1"/><path d="M20.5 2.5v5h-5"/></g>' +
    '<g id="s-late" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"><circle cx="12" cy="12" r="9.5"/><path d="M12 6.5V12l3.5 2.5"/></g>' +
    '</defs></svg>',
);
const shape = (name: 'fine' | 'outage' | 'degraded' | 'restoring' | 'late'): Markup =>
  markup`<svg viewBox="0 0 24 24" aria-hidden="true"><use href="#s-${name}"/></svg>`;

/** The public page: whole without JavaScript, without anything remote, under 50 KB. */
export function renderPage(view: View): string {
  const { status, language } = view;
  const open = [...status.open].sort((a, b) => Date.parse(b.beganAt) - Date.parse(a.beganAt));
  const other = language === 'it' ? 'en' : 'it';
  const title = say(language, 'title', { operator: status.operatorName });
  return markup`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="refresh" content="60">
<meta name="color-scheme" content="light dark">
<title>${headline(open, language)} · ${title}</title>
<link rel="alternate" type="application/atom+xml" href="/status/feed.atom?lang=${language}" title="${say(language, 'feed.title', { operator: status.operatorName })}">
<link rel="alternate" hreflang="${other}" href="/status?lang=${other}">
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E%3Ccircle cx='12' cy='12' r='10' fill='%230b6b70'/%3E%3C/svg%3E">
<style>${raw(STYLE)}</style>
</head>
<body>
${SHAPES}
<header class="wrap top">${LOGO}<b>${status.operatorName}</b><nav><a href="/status?lang=${other}" hreflang="${other}" lang="${other}">${say(language, 'language.other')}</a></nav></header>
<main class="wrap">
${hero(open, view)}
${open.slice(0, MOST_OPEN).map((incident) => card(incident, open.length, view))}
${open.length > MOST_OPEN && markup`<p>${say(language, 'incident.more', { count: open.length - MOST_OPEN })}</p>`}
${endedList(view)}
${howToBeTold(view)}
</main>
<footer class="wrap">${say(language, 'told.refresh')} ${say(language, 'foot.zone', { zone: status.timeZone })}</footer>
</body>
</html>
`.text;
}

/** The state of the whole network in one sentence. */
export function headline(open: readonly PublishedIncident[], language: View['language']): string {
  if (open.length === 0) return say(language, 'state.fine');
  const key = open.some(({ kind }) => kind === 'outage') ? 'state.open' : 'state.degraded';
  return say(language, key, { count: open.length });
}

function hero(open: readonly PublishedIncident[], view: View): Markup {
  const { status, language } = view;
  const state = open.length === 0 ? 'fine' : open.some(({ kind }) => kind === 'outage') ? 'outage' : 'degraded';
  const more = say(language, state === 'fine' ? 'state.fine.more' : 'state.open.more');
  const latest =
    status.open.length + status.ended.length > 0 &&
    markup`<p>${say(language, 'state.since', { when: shortTime(status.changedAt.toISOString(), view) })}</p>`;
  return markup`<div class="hero ${state}">${shape(state)}<div><h1>${headline(open, language)}</h1><p>${more}</p>${latest}</div></div>`;
}

function card(incident: PublishedIncident, openCount: number, view: View): Markup {
  const { language, now } = view;
  const room = roomFor(openCount);
  const late = isLate(incident, now);
  const words = incident.causeWords[language];
  const why = CAUSE_WORDS[language][incident.cause].label;
  return markup`<article class="card" id="i${incident.reference}">
<header><span class="badge ${incident.kind}">${shape(incident.kind)}${say(language, `badge.${incident.kind}`)}</span>${incident.state === 'restoring' && markup`<span class="badge restoring">${shape('restoring')}${say(language, 'badge.restoring')}</span>`}${late && markup`<span class="badge late">${shape('late')}${say(language, 'badge.late')}</span>`}<span class="number">${say(language, 'label.reference', { reference: incident.reference })}</span></header>
<h2>${placeOf(incident, language)}</h2>
<p class="began">${say(language, 'incident.began', { when: sayTime('at', incident.beganAt, view) })}</p>
<dl><div><dt>${say(language, 'label.why')}</dt><dd>${why}${words ? markup`<small>${words}</small>` : null}</dd></div>
<div><dt>${say(language, 'label.until')}</dt><dd class="until${late && ' late'}">${untilOf(incident, late, view)}</dd></div>
<div><dt>${say(language, 'label.next')}</dt><dd>${NEXT_STEP_WORDS[language][incident.nextStep].publicly}</dd></div>
<div><dt>${say(language, 'label.word')}</dt><dd>${wordOf(incident, late, view)}</dd></div>
${areas(incident, room.areas, view)}</dl>
${thread(incident, room.updates, view)}</article>
`;
}

function untilOf(incident: PublishedIncident, late: boolean, view: View): Markup {
  const { language, now } = view;
  if (late) {
    return incident.expectedEnd
      ? markup`${say(language, 'until.late', { by: sayTime('by', incident.expectedEnd, view) })}`
      : markup`${say(language, 'until.late.plain')}`;
  }
  if (isAhead(incident.expectedEnd, now)) {
    return markup`<time datetime="${incident.expectedEnd}">${capital(sayTime('by', incident.expectedEnd, view))}</time>`;
  }
  return markup`${say(language, incident.state === 'restoring' ? 'until.restoring' : 'until.unknown')}`;
}

function wordOf(incident: PublishedIncident, late: boolean, view: View): Markup {
  const { language, now } = view;
  if (isAhead(incident.nextWordBy, now)) {
    return markup`<time datetime="${incident.nextWordBy}">${capital(sayTime('by', incident.nextWordBy, view))}</time>`;
  }
  return markup`${say(language, late || incident.expectedEnd === null ? 'word.soon' : 'word.none')}`;
}

function areas(incident: PublishedIncident, most: number, view: View): Markup | null {
  const { language } = view;
  if (incident.areas.length === 0 || most === 0) return null; // the title names the first three all the same
  const left = incident.areas.length - most;
  return markup`<div class="wide"><dt>${say(language, 'label.where')}</dt><dd><ul class="areas">${incident.areas
    .slice(0, most)
    .map(({ name, lines }) => {
      const count = linesOf(lines, language) ?? say(language, 'area.few');
      return markup`<li>${name} <span>· ${count}</span></li>`;
    })}${left > 0 && markup`<li>${say(language, 'area.more', { count: left })}</li>`}</ul></dd></div>`;
}

/** The thread: newest first, each knot one thing that was said. */
function thread(incident: PublishedIncident, most: number, view: View): Markup | null {
  const { language } = view;
  const updates = inOrder(incident.updates).reverse().slice(0, most);
  if (updates.length === 0) return null;
  return markup`<h3>${say(language, 'label.thread')}</h3>
<ol class="thread">${updates.map(
    (update) =>
      markup`<li><b>${updateTitle(update, language)}</b><time datetime="${update.at}">${shortTime(update.at, view)}</time><p>${[`${CAUSE_WORDS[language][update.cause].label}.`, ...updateTimes(update, view)].join(' ')}</p></li>`,
  )}</ol>
`;
}

function endedList(view: View): Markup {
  const { status, language } = view;
  const ended = [...status.ended].sort(
    (a, b) => Date.parse(b.endedAt ?? b.beganAt) - Date.parse(a.endedAt ?? a.beganAt),
  );
  const left = ended.length - MOST_ENDED;
  const list =
    ended.length === 0
      ? markup`<p class="quiet">${say(language, 'ended.none')}</p>`
      : markup`<ul class="ended">${ended
          .slice(0, MOST_ENDED)
          .map(
            (incident) =>
              markup`<li id="i${incident.reference}">${shape('fine')}<b>${placeOf(incident, language)}</b><p>${CAUSE_WORDS[language][incident.cause].label} · ${say(language, 'ended.span', { from: shortTime(incident.beganAt, view), to: laterTime(incident.endedAt ?? incident.beganAt, incident.beganAt, view) })}</p></li>`,
          )}</ul>${left > 0 && markup`<p class="quiet">${say(language, 'ended.more', { count: left })}</p>`}`;
  return markup`<section><h2>${say(language, 'ended.title')}</h2>${list}</section>`;
}

function howToBeTold({ status, language }: View): Markup {
  const phone = status.operatorPhone.trim();
  const number = phone.replaceAll(/[^+\d]/g, '');
  return markup`<div class="told"><section><h2>${say(language, 'told.title')}</h2>
<p>${say(language, 'told.notices', { phone: phone || 'none' })}</p>
<p><a href="/status/feed.atom?lang=${language}">${say(language, 'told.feed')}</a></p></section>
<section><h2>${say(language, 'help.title')}</h2>
${phone ? markup`<p>${say(language, 'help.phone')}<br><a class="phone" href="tel:${number}">${phone}</a></p>` : markup`<p>${say(language, 'help.none')}</p>`}</section></div>`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
