import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CASE_STATES, TOPICS, WAITING_FOR } from '../../contract/cases.ts';
import { type CaseFacts, DONE, TROUBLES } from '../../contract/customer-page.ts';
import { spaced } from './case-page.ts';
import { ASKED, CONFIRMED, DELEGATED, FRAME, LATE, OPEN, WAITING } from './examples.fixture.ts';
import { type CaseView, type DeedView, renderCase, renderContact, renderDeed, renderPlain, STYLE } from './index.ts';
import { zeroBitsAfter } from './proof-of-work.js';
import { WORDS } from './say.ts';

const PATH = '/c/AAAAAAAAAAAAAAAAAAAAAA';
const page = (facts: CaseFacts, more: Partial<CaseView> = {}): string =>
  renderCase({ frame: FRAME, facts, path: PATH, once: 'once1', page: 1, done: null, trouble: null, ...more });
const deed = (more: Partial<DeedView>): string =>
  renderDeed({
    frame: FRAME,
    page: 'formal',
    path: PATH,
    once: 'once1',
    addresses: OPEN.addresses,
    codeAt: null,
    confirming: null,
    delegations: [],
    formalDays: 30,
    trouble: null,
    ...more,
  });
const english = { ...FRAME, language: 'en' as const };

describe('the page of a case', () => {
  test('given each state in each language, then one sentence says what happens now, and nothing is left unsaid', () => {
    for (const frame of [FRAME, english])
      for (const state of CASE_STATES)
        for (const waitingFor of [null, ...WAITING_FOR]) {
          const html = page(
            { ...OPEN, state, waitingFor, joinedTo: state === 'joined' ? '260000018' : null },
            { frame },
          );
          expect(html.match(/<h1>[^<]{8,}<\/h1>/g), state).toHaveLength(1);
          expect(html.replace(STYLE, '')).not.toMatch(/\{|undefined|\[object|>null</);
        }
    expect(page(OPEN)).toContain('Ci sta lavorando: Tecnici');
    expect(page(WAITING)).toContain('Aspettiamo una Sua risposta');
    expect(page(CONFIRMED)).toContain('Risolto: ce l’ha detto Lei');
  });

  test('given a promise, then its time is said; a broken one first and without excuse, a paused one as standing still', () => {
    expect(page(OPEN)).toContain('Entro le 18:00 di martedì 10 marzo');
    const late = page(LATE);
    expect(late).toContain('Avevamo promesso entro le 15:00 di martedì 10 marzo e non ci siamo riusciti.');
    expect(late).toContain('Nuovo impegno: la prossima notizia entro le 18:00 di martedì 10 marzo.');
    expect(late.indexOf('Avevamo promesso')).toBeLessThan(late.indexOf('I nostri impegni'));
    expect(page(WAITING)).toContain('fermo: aspettiamo la Sua risposta');
    expect(late).not.toMatch(/scusiamo|disservizio|a breve|il prima possibile|presa in carico/i);
  });

  test('given the question whether it works, then two buttons answer it by POST, and only then', () => {
    const html = page(ASKED);
    expect(html).toMatch(/<form method="post" action="[^"]+\/answer\?lang=it">/);
    expect(html).toMatch(/<button class="yes" name="works" value="yes">/);
    expect(html).toMatch(/<button class="no" name="works" value="no">/);
    expect(page(OPEN)).not.toContain('name="works"');
    expect(page({ ...ASKED, may: { ...ASKED.may, answer: false } })).not.toContain('name="works"');
  });

  test('given a question of staff, then it stands over the field for the answer', () => {
    const html = page(WAITING);
    const asked = html.indexOf('Di che colore');
    expect(asked).toBeGreaterThan(html.indexOf('La nostra domanda'));
    expect(asked).toBeLessThan(html.indexOf('name="text"'));
  });

  test('given a delegate, then it says on whose behalf, and offers nothing that is the customer’s own', () => {
    const html = page(DELEGATED);
    expect(html).toContain('Lei agisce per conto di Anna Verdi, come Studio Neri');
    for (const path of ['formal', 'delegate', 'contact-point', 'download', 'cancel', 'channel'])
      expect(html).not.toContain(`${PATH}/${path}`);
    expect(html).toContain(`${PATH}/messages`);
  });

  test('given hostile words in every field, then none of them becomes markup', () => {
    const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&{{7*7}}`;
    const facts: CaseFacts = {
      ...ASKED,
      viewer: { as: 'delegate', name: evil, forName: evil, scopes: ['technical'] },
      subject: evil,
      team: evil,
      joinedTo: evil,
      addresses: [{ id: evil, channel: 'email', to: evil, verified: false }],
      may: { ...ASKED.may, manage: true },
      thread: [
        {
          what: 'message',
          at: FRAME.now,
          kind: 'first',
          channel: 'web',
          who: 'delegate',
          name: evil,
          body: evil,
          attachments: [{ id: evil, name: evil, size: 1, lost: false }],
          sent: null,
        },
        { what: 'step', at: FRAME.now, step: 'accepted', team: evil, person: evil },
        { what: 'promise', at: FRAME.now, kind: evil, dueAt: FRAME.now, state: 'kept' },
      ],
    };
    const frame = { ...FRAME, operator: { name: evil, phone: evil } };
    const shown = [
      page(facts, { frame, trouble: { what: 'empty', typed: evil } }),
      deed({
        frame,
        page: 'delegate',
        codeAt: { id: evil, channel: 'email', to: evil, verified: true },
        delegations: [{ id: evil, name: evil, scopes: [], startsAt: FRAME.now, endsAt: null }],
        trouble: { what: 'dates', typed: { name: evil, address: evil, starts: evil, ends: evil, scopes: evil } },
      }),
      renderContact({
        frame,
        challenge: { text: evil, bits: 16 },
        trouble: null,
        typed: { name: evil, address: evil, topic: evil, text: evil },
      }),
      renderPlain(frame, 'expired', { path: evil }),
    ];
    for (const html of shown) {
      expect(html).not.toContain('<script>');
      expect(html).not.toContain('<img');
      expect(html.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\sonerror/);
    }
  });

  test('given a long case, then every page of it stays under 50 KB, and all of it can be reached', () => {
    const body = 'à'.repeat(9000);
    const thread = Array.from({ length: 200 }, (_, index) => ({
      what: 'message' as const,
      at: new Date(Date.parse('2026-01-01T00:00:00Z') + index * 60_000).toISOString(),
      kind: 'reply' as const,
      channel: 'web' as const,
      who: 'customer' as const,
      name: null,
      body: `${index}. ${body}`,
      attachments: [],
      sent: null,
    }));
    const seen = new Set<string>();
    for (let shown = 1; shown <= 17; shown++) {
      const html = page({ ...ASKED, thread }, { page: shown });
      expect(Buffer.byteLength(html)).toBeLessThan(51_200);
      for (const [, index = ''] of html.matchAll(/>(\d+)\. à/g)) seen.add(index);
    }
    expect(seen.size).toBe(200);
    expect(Buffer.byteLength(page(ASKED))).toBeLessThan(25_000);
  });

  test('given what may be on top of a page, then each is a fixed sentence in both languages', () => {
    for (const frame of [FRAME, english]) {
      for (const done of DONE) expect(page(OPEN, { frame, done })).toMatch(/role="status"/);
      for (const what of TROUBLES) {
        const html = page(OPEN, { frame, trouble: { what, typed: 'quel che avevo scritto' } });
        expect(html).toMatch(/role="alert"/);
        expect(html).toContain('quel che avevo scritto');
        expect(html.replace(STYLE, '')).not.toMatch(/\{\w/);
      }
    }
  });

  test('reads its number as it is said', () => {
    expect(spaced('260418731')).toBe('26 0418 731');
  });
});

describe('every page', () => {
  const pages = (): string[] =>
    [FRAME, english].flatMap((frame) => [
      page(ASKED, { frame }),
      page(DELEGATED, { frame }),
      ...(['formal', 'delegate', 'contact-point', 'download'] as const).flatMap((name) => [
        deed({ frame, page: name }),
        deed({ frame, page: name, codeAt: OPEN.addresses[0] ?? null }),
        deed({ frame, page: name, addresses: [] }),
      ]),
      deed({ frame, page: 'contact-point', confirming: OPEN.addresses[1] ?? null }),
      ...(['expired', 'renewed', 'unknown', 'not-allowed', 'many', 'broken'] as const).map((name) =>
        renderPlain(frame, name, { path: PATH, retryAfter: 90 }),
      ),
      renderContact({ frame, challenge: { text: 'v1.x', bits: 16 }, trouble: null, typed: {} }),
    ]);

  test('fetches nothing from elsewhere, runs nothing in line, and is not to be found or followed', () => {
    for (const html of pages()) {
      expect(html).not.toMatch(/(src|href|action)="(https?:)?\/\//);
      expect(html).not.toMatch(/<script(?! type="module" src="\/contact\/proof-of-work\.js">)|\son\w+=|\sstyle=/);
      expect(html).toContain('<meta name="robots" content="noindex,nofollow">');
      expect(html).toContain(`<style>${STYLE}</style>`);
    }
    expect(createHash('sha256').update(STYLE).digest('base64')).toHaveLength(44);
  });

  test('has a label for every field, an id once, a heading, and acts by POST only', () => {
    for (const html of pages()) {
      const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(html.match(/<h1>/g)).toHaveLength(1);
      for (const [field] of html.matchAll(/<(input|textarea|select)\b[^>]*>/g)) {
        if (/type="(hidden|radio|checkbox)"/.test(field)) continue;
        const id = /\sid="([^"]+)"/.exec(field)?.[1];
        expect(html, field).toContain(`<label for="${id}">`);
      }
      for (const [form] of html.matchAll(/<form\b[^>]*>/g)) expect(form).toContain('method="post"');
      for (const [described] of html.matchAll(/aria-describedby="[^"]+"/g))
        expect(ids).toContain(described.slice(18, -1));
    }
  });

  test('keeps a contrast of 4.5 to 1 for words, in both schemes', () => {
    const [light = '', dark = ''] = [...STYLE.matchAll(/:root\{([^}]+)\}/g)].map(([, colours]) => colours ?? '');
    for (const scheme of [light, dark]) {
      const colour = (name: string): string => new RegExp(`--${name}:(#[0-9a-f]{3,6})`).exec(scheme)?.[1] ?? '';
      for (const [ink, paper] of [
        ['ink', 'paper'],
        ['ink', 'card'],
        ['quiet', 'paper'],
        ['quiet', 'card'],
        ['teal', 'card'],
        ['teal', 'paper'],
        ['on', 'teal'],
        ['on', 'good'],
        ['bad', 'card'],
        ['warn', 'card'],
        ['good', 'good-soft'],
        ['bad', 'bad-soft'],
        ['warn', 'warn-soft'],
        ['ink', 'teal-soft'],
        ['ink', 'warn-soft'],
        ['quiet', 'teal-soft'],
        ['quiet', 'warn-soft'],
        ['quiet', 'bad-soft'],
      ] as const)
        expect(contrast(colour(ink), colour(paper)), `${ink} on ${paper}`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(colour('edge'), colour('card'))).toBeGreaterThanOrEqual(3);
    }
  });

  test('speaks both languages with the same values', () => {
    const values = (text: string): string[] =>
      [...new Set([...text.matchAll(/\{(\w+)[},]/g)].map(([, name]) => name ?? ''))].sort();
    for (const [key, italian] of Object.entries(WORDS.it)) {
      const other = WORDS.en[key as keyof typeof WORDS.it];
      if (key === 'time.by') continue;
      expect(values(other), key).toEqual(values(italian));
    }
    for (const topic of TOPICS) expect(WORDS.it[`topic.${topic}`]).toBeTruthy();
  });
});

describe('the work of the form', () => {
  test('computes the digest that the server computes, for any length of challenge', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abcXYZ012._-'), maxLength: 300 }), (text) => {
        const expected = Math.clz32(createHash('sha256').update(text).digest().readUInt32BE(0));
        for (const cut of [0, Math.floor(text.length / 2), text.length])
          expect(zeroBitsAfter(text.slice(0, cut))(text.slice(cut))).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  test('is found, and the server agrees', () => {
    const zeroBits = zeroBitsAfter('v1.challenge.');
    let number = 0;
    while (zeroBits(String(number)) < 12) number++;
    expect(createHash('sha256').update(`v1.challenge.${number}`).digest().readUInt16BE(0) >> 4).toBe(0);
  });
});

function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const full = colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join('') : colour.slice(1);
    const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
      const value = Number.parseInt(full.slice(at, at + 2), 16) / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}
