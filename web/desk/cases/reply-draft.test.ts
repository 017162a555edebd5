import { describe, expect, it } from 'vitest';
import type { CasePromise } from '../../../contract/cases.ts';
import { EMPTY_REPLY, inheritedWord, missingOf, wordsOfReply } from './reply-draft.ts';

const NOW = new Date('2026-11-22T13:00:00Z');
const LATER = '2026-11-22T17:00:00.000Z';
const word = (change: Partial<CasePromise>): CasePromise => ({
  id: 'p',
  kind: 'case-next-word',
  promisee: 'party',
  madeAt: '2026-11-22T08:00:00.000Z',
  dueAt: LATER,
  state: 'open',
  standing: 'in time',
  paused: false,
  owner: null,
  ...change,
});

describe('what a reply lacks', () => {
  it('is all of it at first, and nothing once the parts are there', () => {
    expect(missingOf(EMPTY_REPLY, null)).toEqual(['reason', 'next-step', 'next-word']);
    const parts = { reason: 'Un guasto.', nextStep: 'Esce il tecnico.', nextWordBy: null };
    expect(missingOf(parts, null)).toEqual(['next-word']);
    expect(missingOf(parts, LATER)).toEqual([]);
    expect(missingOf({ ...parts, nextWordBy: LATER }, null)).toEqual([]);
    expect(missingOf({ ...parts, reason: ' \n' }, LATER)).toEqual(['reason']);
  });

  it('inherits the promise that is open and to come, never one that is over, stands still or is of another kind', () => {
    expect(inheritedWord({ promises: [word({})] }, NOW)).toBe(LATER);
    for (const other of [
      { state: 'kept' as const },
      { paused: true },
      { dueAt: '2026-11-22T12:00:00.000Z' },
      { kind: 'hand-over' },
    ])
      expect(inheritedWord({ promises: [word(other)] }, NOW)).toBeNull();
  });

  it('is one text: what happens first, then what comes next', () => {
    expect(wordsOfReply({ reason: ' Un guasto. ', nextStep: 'Esce il tecnico.\n' })).toBe(
      'Un guasto.\n\nEsce il tecnico.',
    );
  });
});
