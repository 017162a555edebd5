import { describe, expect, it } from 'vitest';
import type { Case, CasePromise } from '../../../contract/cases.ts';
import { nextStep } from './next-step.ts';

const promise = (kind: string, change: Partial<CasePromise> = {}): CasePromise => ({
  id: kind,
  kind,
  promisee: 'party',
  madeAt: '2026-11-22T08:00:00.000Z',
  dueAt: '2026-11-22T16:00:00.000Z',
  state: 'open',
  standing: 'in time',
  paused: false,
  owner: null,
  ...change,
});

const AT_WORK: Parameters<typeof nextStep>[0] = {
  state: 'in work',
  waitingFor: null,
  endedAt: null,
  handOver: null,
  promises: [promise('case-next-word')],
  lastHeardAt: '2026-11-22T08:00:00.000Z',
  lastSaidAt: '2026-11-22T09:00:00.000Z',
  movesAt: null,
};
const HAND_OVER: Case['handOver'] = { teamId: 't', team: 'Tecnici', dueAt: '2026-11-22T10:00:00.000Z' };

describe('what is next about a case', () => {
  it.each<[string, Partial<typeof AT_WORK>, string | undefined]>([
    ['it has ended', { endedAt: '2026-11-22T09:00:00.000Z', handOver: HAND_OVER }, undefined],
    [
      'a hand-over waits, whatever else is late',
      { handOver: HAND_OVER, promises: [promise('case-next-word', { standing: 'late' })] },
      'accept',
    ],
    ['an answer is to be read', { state: 'fix reported', promises: [promise('reading')] }, 'read'],
    ['a promise is late', { promises: [promise('case-next-word', { standing: 'late' })] }, 'promise-late'],
    ['a late one stands still', { promises: [promise('case-next-word', { standing: 'late', paused: true })] }, 'work'],
    ['a person has to set a time', { promises: [promise('staff-time')] }, 'set-time'],
    ['a call is promised', { promises: [promise('call-back')] }, 'call'],
    ['the fix is reported', { state: 'fix reported' }, 'confirming'],
    ['the customer was asked', { state: 'waiting', waitingFor: 'customer' }, 'wait-customer'],
    ['others are at work', { state: 'waiting', waitingFor: 'technical' }, 'wait-others'],
    ['nobody has spoken yet', { state: 'acknowledged', lastSaidAt: null }, 'first-word'],
    ['the word is due soon', { promises: [promise('case-next-word', { standing: 'at risk' })] }, 'promise-at-risk'],
    ['the customer wrote last', { lastHeardAt: '2026-11-22T09:30:00.000Z' }, 'answer'],
    ['it is at work', {}, 'work'],
  ])('given %s', (_given, change, what) => expect(nextStep({ ...AT_WORK, ...change })?.what).toBe(what));

  it('says by when: of a hand-over its clock, else the next word', () => {
    expect(nextStep({ ...AT_WORK, handOver: HAND_OVER })?.by).toBe(HAND_OVER?.dueAt);
    expect(nextStep(AT_WORK)?.by).toBe('2026-11-22T16:00:00.000Z');
  });
});
