import { describe, expect, it } from 'vitest';
import { announceOf, draftFrom } from './draft.ts';
import { nextThing } from './next-thing.ts';

const NOW = new Date('2026-11-22T13:10:00Z');
const LATER = '2026-11-22T15:00:00Z';
const EARLIER = '2026-11-22T13:00:00Z';
const incident = { cause: 'power' as const, causeWords: { it: 'batteria' }, expectedEnd: LATER, announcements: [] };

describe('what is typed before people are told', () => {
  it('begins with what was last said', () => {
    const draft = draftFrom(incident, NOW);
    expect(draft).toMatchObject({
      cause: 'power',
      words: { it: 'batteria', en: '' },
      endKnown: true,
      expectedEnd: LATER,
    });
  });

  it('does not repeat an expected end that has passed', () => {
    expect(draftFrom({ ...incident, expectedEnd: EARLIER }, NOW).expectedEnd).toBeNull();
  });

  it('cannot be sent without a time', () => {
    expect(announceOf({ ...draftFrom(incident, NOW), expectedEnd: null }, 3)).toBeNull();
    expect(announceOf({ ...draftFrom(incident, NOW), endKnown: false }, 3)).toBeNull();
  });

  it('sends a time for the next word instead of an end that is not known', () => {
    const draft = { ...draftFrom(incident, NOW), endKnown: false, nextWordBy: LATER };
    expect(announceOf(draft, 3)).toMatchObject({ version: 3, expectedEnd: null, nextWordBy: LATER });
  });

  it('leaves empty words out', () => {
    const draft = { ...draftFrom(incident, NOW), words: { it: '  ', en: '' } };
    expect(announceOf(draft, 3)).not.toHaveProperty('causeWords');
  });
});

describe('the next thing to do', () => {
  const open = {
    announcements: [],
    promise: 'in time' as const,
    state: 'confirmed' as const,
    expectedEnd: LATER,
    endedAt: null,
  };
  const waiting = { state: 'waiting' } as never;

  it.each([
    [{ ...open, announcements: [waiting], promise: 'late' as const }, 'decide'],
    [{ ...open, promise: 'late' as const }, 'promise-late'],
    [{ ...open, state: 'suspected' as const }, 'confirm'],
    [{ ...open, promise: 'at risk' as const }, 'promise-at-risk'],
    [{ ...open, expectedEnd: null, promise: 'none' as const }, 'say-when'],
    [{ ...open, state: 'restoring' as const, promise: 'at risk' as const }, 'restoring'],
    [{ ...open, state: 'restored' as const, promise: 'none' as const }, 'restored'],
    [open, 'watch'],
  ])('is found', (facts, expected) => {
    expect(nextThing(facts)?.what).toBe(expected);
  });

  it('is nothing once it has ended', () => {
    expect(nextThing({ ...open, endedAt: EARLIER })).toBeNull();
    expect(nextThing({ ...open, state: 'dismissed' })).toBeNull();
  });
});
