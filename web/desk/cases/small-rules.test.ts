import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKind } from './address-kind.ts';
import { frameDocument } from './frame-document.ts';
import { spokenNumber } from './spoken-number.ts';
import { standingOf } from './standing-of.ts';
import { tallyOf } from './tally.ts';

const NOW = new Date('2026-11-22T13:00:00Z');

describe('the soonest promise in a list', () => {
  it.each([
    [null, null, 'none'],
    ['2026-11-22T12:59:00Z', null, 'late'],
    ['2026-11-22T12:59:00Z', '2026-11-22T10:00:00Z', 'paused'],
    ['2026-11-22T13:20:00Z', null, 'at risk'],
    ['2026-11-22T15:00:00Z', null, 'in time'],
  ] as const)('given due %s and standing since %s, it is %s', (dueAt, pausedAt, standing) =>
    expect(standingOf({ dueAt, pausedAt }, NOW)).toBe(standing),
  );
});

describe('a case number read out', () => {
  it('is in groups, and the same number', () => {
    expect(spokenNumber('260418731')).toBe('26 0418 731');
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,14}$/), (number) => spokenNumber(number).replaceAll(' ', '') === number),
    );
  });
});

describe('an address given on the telephone', () => {
  it.each([
    ['anna@example.com', 'email'],
    ['+39 347 000 0001', 'sms'],
    ['0323.123456', 'sms'],
    ['anna', null],
    ['anna@', null],
    ['12', null],
    ['', null],
  ])('given %j, it is %j', (text, kind) => expect(addressKind(text)).toBe(kind));
});

describe('the frame of a mail', () => {
  it('has its policy before anything of the mail, and no way to the network or to scripts', () => {
    const frame = frameDocument('<p>Buongiorno</p>');
    expect(frame.indexOf('Content-Security-Policy')).toBeLessThan(frame.indexOf('<p>Buongiorno'));
    expect(frame).toContain("default-src 'none'");
    expect(frame).not.toMatch(/script-src|https?:/);
  });
});

describe('what customers behind an incident said', () => {
  it('is counted by their cases', () => {
    const open = { endedAt: null };
    const ended = { endedAt: '2026-11-22T13:00:00Z' };
    expect(
      tallyOf([
        { ...open, state: 'in work' },
        { ...open, state: 'waiting' },
        { ...open, state: 'fix reported' },
        { ...ended, state: 'confirmed' },
        { ...ended, state: 'unconfirmed' },
        { ...ended, state: 'joined' },
      ]),
    ).toEqual({ open: 2, asked: 1, yes: 1, unanswered: 1 });
  });
});
