import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CAUSES, NEXT_STEPS } from '../../contract/answer.ts';
import type { PublishedIncident } from '../../contract/status.ts';
import { renderFeed, renderPage, STYLE, summarize, type View } from './index.ts';
import { aLateIncident, anEndedIncident, anIncident, aStatus, NOW } from './published-examples.ts';
import { WORDS } from './words.ts';

const view = (change: Parameters<typeof aStatus>[0] = {}, language: View['language'] = 'it', now = NOW): View => ({
  status: aStatus(change),
  language,
  now,
});

/** The text as a reader sees it. */
const textOf = (html: string): string =>
  html
    .replaceAll(/<(style|title)[^>]*>[\s\S]*?<\/\1>/g, ' ')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');

const VOID = new Set(['meta', 'link', 'br']);

/** Throws unless every tag is closed in order, every attribute quoted, and nothing is left of < and & that isn't markup. */
function checkWellFormed(text: string, voids: ReadonlySet<string>): string[] {
  const stack: string[] = [];
  const seen: string[] = [];
  const tag = /<(?:!doctype html|\?xml[^?]*\?)>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z][a-z:-]*="[^"<]*")*)\s*(\/?)>/gi;
  let end = 0;
  for (const match of text.matchAll(tag)) {
    const between = text.slice(end, match.index);
    if (stack.at(-1) !== 'style' && /<|&(?!(amp|lt|gt|quot|#39);)/.test(between)) throw new Error(`loose: ${between}`);
    end = match.index + match[0].length;
    const [, closing, name, , selfClosed] = match;
    if (name === undefined) continue;
    if (closing) {
      const opened = stack.pop();
      if (opened !== name) throw new Error(`</${name}> closes <${opened}>`);
    } else {
      seen.push(name);
      if (!selfClosed && !voids.has(name)) stack.push(name);
    }
  }
  if (stack.length > 0) throw new Error(`left open: ${stack.join(' ')}`);
  if (text.slice(end).trim() !== '') throw new Error(`after the end: ${text.slice(end)}`);
  return seen;
}

describe('the page', () => {
  test('given open incidents, it says what, why, until when, what next and where', () => {
    const text = textOf(renderPage(view()));
    for (const part of [
      '2 guasti in corso',
      'Linea ferma',
      'Pratica 26000019',
      'Verbania, Stresa, Baveno e un’altra zona',
      'Iniziato alle 14:05 di martedì 10 marzo',
      'Manca la corrente a un nostro impianto',
      'Il traliccio di Monte Rosso è senza corrente',
      'Entro le 18:30 di martedì 10 marzo',
      'I nostri tecnici stanno andando sul posto.',
      'Entro le 16:00 di martedì 10 marzo',
      'circa 1.240 linee',
      'Domodossola',
      'Danni del maltempo alla rete · 6 marzo, 22:40 – 7 marzo, 3:15',
      '0323 555123',
    ]) {
      expect(text).toContain(part);
    }
  });

  test('given a promise that broke, it says so, with the word besides the colour', () => {
    const text = textOf(renderPage(view({ open: [aLateIncident] })));
    expect(text).toContain('In ritardo');
    expect(text).toContain('Avevamo promesso entro le 13:00 di martedì 10 marzo e non ci siamo riusciti.');
    expect(text).toContain('Promessa non mantenuta');
  });

  test('given an expected end that passes with nobody at work, the page itself calls it late', () => {
    const at = (now: string): string => renderPage(view({ open: [anIncident()] }, 'it', new Date(now)));
    expect(at('2026-03-10T17:29:00Z')).not.toContain('badge late');
    expect(at('2026-03-10T17:30:00Z')).toContain('badge late');
  });

  test('given nothing, it says that everything works', () => {
    const text = textOf(renderPage(view({ open: [], ended: [] })));
    expect(text).toContain('Tutto funziona');
    expect(text).toContain('Nessun guasto negli ultimi 14 giorni.');
    expect(text).not.toContain('Ultima novità');
  });

  test('in English it has no Italian, and both catalogues have the same messages', () => {
    const text = textOf(renderPage(view({ operatorName: 'Lagolink' }, 'en'))).replaceAll(/Italiano|Provincia del/g, '');
    expect(text).toContain('2 problems now');
    expect(text).toContain('By 18:30 on Tuesday 10 March');
    expect(text).not.toMatch(/\b(linea|guasto|entro|marzo|zona|pratica|tecnici|causa|perché|nuovo|ogni)\b/i);
    expect(Object.keys(WORDS.en).sort()).toEqual(Object.keys(WORDS.it).sort());
  });

  test('it needs no script and nothing from elsewhere', () => {
    const html = renderPage(view());
    expect(html).not.toMatch(/<script|javascript:|\son\w+=|<img|<iframe|<form|@import/i);
    for (const [, address = ''] of html.matchAll(/(?:href|src)="([^"]*)"/g)) {
      expect(address).toMatch(/^(\/status|#|tel:|data:image\/svg\+xml)/);
    }
    expect(html).not.toMatch(/\sstyle="/); // the policy would refuse it
  });

  test('no count under five is ever shown', () => {
    for (const lines of [0, 1, 4]) {
      const open = [anIncident({ areas: [{ name: 'Ghiffa', lines }] })];
      expect(textOf(renderPage(view({ open })))).toContain('Ghiffa · poche linee');
    }
    expect(textOf(renderPage(view({ open: [anIncident({ areas: [{ name: 'Ghiffa', lines: 5 }] })] })))).toContain(
      'circa 5 linee',
    );
  });

  test('thirty open incidents, with all they have, stay below 50 KB', () => {
    const updates = Array.from({ length: 30 }, (_, index) => ({
      at: new Date(NOW.getTime() - index * 60_000).toISOString(),
      kind: 'update',
      cause: 'cable' as const,
      expectedEnd: '2026-03-10T17:30:00.000Z',
      nextWordBy: '2026-03-10T15:00:00.000Z',
    }));
    const words = { it: 'parola '.repeat(42), en: 'word '.repeat(60) };
    const areas = Array.from({ length: 40 }, (_, index) => ({ name: `Comune numero ${index}`, lines: 1200 }));
    for (const count of [1, 6, 12, 30, 200]) {
      const open = Array.from({ length: count }, (_, index) =>
        anIncident({ reference: String(26000000 + index), updates, causeWords: words, areas }),
      );
      const ended = Array.from({ length: 100 }, (_, index) => ({
        ...anEndedIncident,
        reference: String(25000000 + index),
      }));
      expect(Buffer.byteLength(renderPage(view({ open, ended })))).toBeLessThan(50_000);
    }
  });

  test('whatever the words are, page and feed are well-formed and the words stay words', () => {
    const hostile = fc.oneof(
      fc.string({ maxLength: 300, unit: 'grapheme' }),
      fc.string({ maxLength: 60, unit: 'binary' }),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        '&lt;b&gt;',
        ']]>',
        '\u0000\u000b',
      ),
    );
    const instant = fc
      .date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString());
    const incidents: fc.Arbitrary<PublishedIncident> = fc.record({
      reference: fc.constantFrom('26000019', '26000027'),
      kind: fc.constantFrom('outage', 'degraded'),
      state: fc.constantFrom('open', 'restoring', 'ended'),
      areas: fc.array(fc.record({ name: hostile, lines: fc.option(fc.integer({ min: 0, max: 100_000 })) }), {
        maxLength: 15,
      }),
      cause: fc.constantFrom(...CAUSES),
      causeWords: fc.record({ it: hostile, en: hostile }),
      beganAt: instant,
      expectedEnd: fc.option(instant),
      late: fc.boolean(),
      nextWordBy: fc.option(instant),
      nextStep: fc.constantFrom(...NEXT_STEPS),
      endedAt: fc.option(instant),
      updates: fc.array(
        fc.record({
          at: instant,
          kind: hostile,
          cause: fc.constantFrom(...CAUSES),
          expectedEnd: fc.option(instant),
          nextWordBy: fc.option(instant),
        }),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(
        fc.array(incidents, { maxLength: 4 }),
        fc.array(incidents, { maxLength: 2 }),
        hostile,
        fc.constantFrom<View['language']>('it', 'en'),
        (open, ended, name, language) => {
          const facts = view({ open, ended, operatorName: name, operatorPhone: name }, language);
          const page = renderPage(facts);
          expect(checkWellFormed(page, VOID)).not.toContain('script');
          expect(page).not.toMatch(/· circa [0-4] linee|about [0-4] lines/);
          checkWellFormed(renderFeed(facts), new Set());
          JSON.parse(JSON.stringify(summarize(facts)));
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** Relative luminance and contrast as WCAG 2.2 defines them. */
const luminance = (hex: string): number => {
  const full = hex.length === 4 ? hex.replaceAll(/[0-9a-f]/g, '$&$&') : hex;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (a: string, b: string): number => {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
};

describe('the colours, light and dark', () => {
  const schemes = [...STYLE.matchAll(/:root\{([^}]*)\}/g)].map(
    (match) =>
      new Map([...(match[1] ?? '').matchAll(/--([\w-]+):(#[0-9a-f]{3,6})/g)].map((pair) => [pair[1], pair[2] ?? ''])),
  );
  const [light = new Map(), dark = new Map()] = schemes;
  test.each([
    ['light', light],
    ['dark', new Map([...light, ...dark])],
  ])('%s: text keeps 4.5:1 on all that it stands on', (_, colours) => {
    const of = (name: string): string => colours.get(name) ?? '';
    for (const [text, ground] of [
      ...['ink', 'quiet', 'teal'].flatMap((text) => ['paper', 'card'].map((ground) => [text, ground])),
      ...['good', 'warn', 'bad', 'teal'].map((text) => [text, `${text}-soft`]),
      ...['good', 'warn', 'bad'].flatMap((state) => [
        ['ink', `${state}-soft`],
        ['quiet', `${state}-soft`],
      ]),
    ] as [string, string][]) {
      expect(contrast(of(text), of(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe('the feed (RFC 4287)', () => {
  test('has one entry for each thing said, newest first, with ids that stay when more is said', () => {
    const before = renderFeed(view());
    const ids = (feed: string): string[] =>
      [...feed.matchAll(/<entry>\s*<id>([^<]+)<\/id>/g)].map((match) => match[1] ?? '');
    expect(ids(before)).toHaveLength(5);
    expect(new Set(ids(before)).size).toBe(5);
    expect(ids(before)[0]).toBe('tag:stato.lagolink.it,2026:status/it/26000019/1773149460000/expected-end-moved');
    const incident = anIncident();
    const more = {
      ...incident.updates[1],
      at: '2026-03-10T14:00:00.000Z',
      kind: 'update',
      cause: 'cable' as const,
      expectedEnd: null,
      nextWordBy: null,
    };
    const after = renderFeed(view({ open: [{ ...incident, updates: [...incident.updates, more] }, aLateIncident] }));
    expect(ids(after).slice(1)).toEqual(ids(before));
  });

  test('has what the standard asks for: id, title, updated, author, a link to itself', () => {
    const feed = renderFeed(view({}, 'en'));
    for (const element of [
      'feed',
      'id',
      'title',
      'updated',
      'author',
      'name',
      'link',
      'entry',
      'published',
      'content',
    ]) {
      expect(checkWellFormed(feed, new Set())).toContain(element);
    }
    expect(feed).toContain(
      '<link rel="self" type="application/atom+xml" href="https://stato.lagolink.it/status/feed.atom?lang=en"/>',
    );
    expect(feed).toContain('<updated>2026-03-10T13:31:00.000Z</updated>');
    expect(feed).toContain('Expected to be fixed by 18:30 on Tuesday 10 March.');
  });
});

describe('the summary (Statuspage v2)', () => {
  test('says what is open, in the words that uptime tools know', () => {
    const summary = summarize(view({}, 'en'));
    expect(Object.keys(summary)).toEqual(['page', 'status', 'components', 'incidents', 'scheduled_maintenances']);
    expect(summary.page).toMatchObject({
      name: 'Lagolink S.r.l.',
      url: 'https://stato.lagolink.it/status',
      time_zone: 'Europe/Rome',
    });
    expect(summary.status).toEqual({ indicator: 'major', description: '2 problems now' });
    expect(summary.components.map(({ name, status }) => `${name}: ${status}`)).toEqual([
      'Network: partial_outage',
      'Baveno: major_outage',
      'Cannobio: degraded_performance',
      'Provincia del Verbano-Cusio-Ossola: major_outage',
      'Stresa: major_outage',
      'Verbania: major_outage',
    ]);
    expect(summary.incidents.map(({ id, status, impact }) => [id, status, impact])).toEqual([
      ['26000019', 'identified', 'major'],
      ['26000027', 'identified', 'minor'],
    ]);
    expect(summary.incidents[0]?.incident_updates.map(({ status }) => status)).toEqual(['identified', 'investigating']);
    expect(summarize(view({ open: [] })).status.indicator).toBe('none');
  });
});
