import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../settings/index.ts';
import type { CaseRecord } from './case.ts';
import { type CaseFacts, type CasePromiseKind, type Command, type Decision, EDGES, ENDED, urgencyOf } from './life.ts';
import { readReply } from './read-reply.ts';
import { decide } from './rules.ts';

const NOW = new Date('2026-03-10T13:05:00Z');
const HOUR = 3_600_000;
const { cases } = DEFAULT_SETTINGS;

const fresh = (change: Partial<CaseRecord> = {}): CaseRecord => ({
  id: 'a',
  number: '260140003',
  partyId: 'p',
  state: 'acknowledged',
  waitingFor: null,
  topic: 'line down',
  severity: 'minor',
  urgency: 5,
  language: 'it',
  subject: 'Internet fermo',
  channel: 'sms',
  contactPointId: 'cp',
  serviceId: null,
  resourceId: null,
  incidentId: null,
  teamId: 't',
  ownerId: null,
  rung: 0,
  reminders: 0,
  reopened: 0,
  formalAt: null,
  openedAt: NOW,
  acknowledgedAt: NOW,
  fixReportedAt: null,
  askedAt: null,
  askedWhat: null,
  askedTimes: 0,
  dueAt: null,
  pausedAt: null,
  endedAt: null,
  joinedTo: null,
  lastHeardAt: NOW,
  lastSaidAt: null,
  triage: {},
  messages: 1,
  version: 1,
  ...change,
});

const factsAt = (now: Date, change: Partial<CaseFacts> = {}): CaseFacts => ({
  settings: cases,
  rungs: 3,
  rungMinutes: 240,
  workingAfter: (minutes) => new Date(now.getTime() + minutes * 60_000),
  hasNextWord: true,
  saidYes: false,
  handOverOpen: false,
  ...change,
});

const hear = (text: string): Command => ({ do: 'hear', verdict: readReply(text), claim: false });

describe('one case', () => {
  test('a reminder joins, raises the urgency, and each third climbs a rung', () => {
    const first = decide(hear('ancora niente linea, quando venite?'), fresh(), factsAt(NOW), NOW);
    expect(first).toMatchObject({ heardAs: 'reminder', change: { reminders: 1, urgency: 4 }, say: 'state' });
    expect(first.climb).toBeUndefined();
    expect(decide(hear('allora?'), fresh({ reminders: 2 }), factsAt(NOW), NOW).climb).toBe(true);
  });

  test('an answer to what a person wrote is no reminder', () => {
    const record = fresh({ lastSaidAt: new Date(NOW.getTime() + 1000) });
    expect(decide(hear('il router è acceso'), record, factsAt(NOW), NOW)).toMatchObject({ heardAs: 'reply' });
  });

  test('fix reported: yes ends it, yes with words waits for a reader, no goes one rung up', () => {
    const record = fresh({ state: 'fix reported', askedWhat: 'fix works', askedTimes: 1, dueAt: NOW });
    expect(decide(hear('1'), record, factsAt(NOW), NOW).change.state).toBe('confirmed');
    const read = decide(hear('funziona ma piano'), record, factsAt(NOW), NOW);
    expect(read.change).toEqual({ lastHeardAt: NOW, dueAt: null });
    expect(read.promise).toMatchObject([{ kind: 'reading' }]);
    expect(decide(hear('0'), record, factsAt(NOW), NOW)).toMatchObject({ change: { state: 'in work' }, climb: true });
  });

  test('solved needs the word of the customer', () => {
    const record = fresh({ state: 'fix reported' });
    expect(() => decide({ do: 'confirm' }, record, factsAt(NOW), NOW)).toThrow('has not said');
    expect(decide({ do: 'confirm' }, record, factsAt(NOW, { saidYes: true }), NOW).change.state).toBe('confirmed');
  });

  test('the words of a stranger answer nothing', () => {
    const record = fresh({ state: 'fix reported' });
    expect(decide({ do: 'hear', verdict: readReply('1'), claim: true }, record, factsAt(NOW), NOW).change).toEqual({});
  });

  test('without an answer it is asked once more, then ends as unconfirmed, and for 30 days any word takes it up again', () => {
    const record = fresh({ state: 'fix reported', askedTimes: 1, dueAt: NOW });
    const again = decide({ do: 'time' }, record, factsAt(NOW), NOW);
    expect(again).toMatchObject({ say: 'fix-question-again', change: { askedTimes: 2 } });
    const ended = decide({ do: 'time' }, { ...record, ...again.change }, factsAt(NOW), NOW);
    expect(ended.change).toMatchObject({ state: 'unconfirmed', endedAt: NOW });
    const closed = { ...record, ...ended.change };
    const later = (days: number): Date => new Date(NOW.getTime() + days * 24 * HOUR);
    expect(decide(hear('è di nuovo ferma'), closed, factsAt(later(30)), later(30)).change).toMatchObject({
      state: 'in work',
      reopened: 1,
    });
    expect(() => decide(hear('è di nuovo ferma'), closed, factsAt(later(31)), later(31))).toThrow('ended');
    expect(decide(hear('sì'), closed, factsAt(later(2)), later(2)).change.state).toBe('confirmed');
  });

  test('thanks don’t take up what is solved', () => {
    const record = fresh({ state: 'confirmed', endedAt: NOW });
    expect(decide(hear('Grazie mille!'), record, factsAt(NOW), NOW).change).toEqual({ lastHeardAt: NOW });
  });

  test('a formal complaint has its calendar days, also when the case is taken up again', () => {
    const due = new Date(NOW.getTime() + 30 * 24 * HOUR);
    expect(decide({ do: 'formal' }, fresh(), factsAt(NOW), NOW).promise).toContainEqual({
      kind: 'formal-answer',
      dueAt: due,
    });
    const ended = fresh({ state: 'confirmed', endedAt: NOW });
    expect(decide({ do: 'formal' }, ended, factsAt(NOW), NOW)).toMatchObject({
      change: { state: 'in work' },
      climb: true,
    });
  });

  test('after three renewals a person must set the time', () => {
    const kinds = ['case-next-word'] as const;
    const times = [0, 1, 2].map((renewal) => decide({ do: 'break', kinds, renewal }, fresh(), factsAt(NOW), NOW));
    const lengths = times.map(({ promise }) => (promise?.[0]?.dueAt.getTime() ?? 0) - NOW.getTime());
    expect(lengths).toEqual([4 * HOUR, 8 * HOUR, 16 * HOUR]);
    const last = decide({ do: 'break', kinds, renewal: 3 }, fresh(), factsAt(NOW), NOW);
    expect(last.promise).toMatchObject([{ kind: 'staff-time' }]);
    expect(last.say).toBeUndefined();
  });

  test('vulnerable people and critical businesses come first', () => {
    const nobody = { vulnerable: false, critical: false };
    expect(urgencyOf('minor', { ...nobody, vulnerable: true })).toBeLessThan(urgencyOf('minor', nobody));
    expect(urgencyOf('critical', { vulnerable: true, critical: true })).toBe(0);
  });
});

interface Kept {
  kind: CasePromiseKind;
  dueAt: number;
  renewal: number;
  pausedAt: number | null;
}

/** The case and its promises as the database would hold them. */
class World {
  now = NOW.getTime();
  record = fresh();
  promises: Kept[] = [{ kind: 'case-next-word', dueAt: NOW.getTime() + 4 * HOUR, renewal: 0, pausedAt: null }];
  handOver = false;
  said = 0;

  facts(): CaseFacts {
    return factsAt(new Date(this.now), {
      hasNextWord: this.promises.some(({ kind }) => kind === 'case-next-word'),
      saidYes: false,
      handOverOpen: this.handOver,
    });
  }

  carryOut(command: Command): boolean {
    let decision: Decision;
    try {
      decision = decide(command, this.record, this.facts(), new Date(this.now));
    } catch (error) {
      expect((error as { code?: string }).code).toMatch(/wrong-state|not-said|no-hand-over|case-ended/);
      return false;
    }
    const { state } = this.record;
    const next = decision.change.state ?? state;
    if (next !== state) expect(EDGES[state]).toContain(next);
    this.record = { ...this.record, ...decision.change };
    if (decision.clocks === 'pause')
      for (const one of this.promises) if (one.kind !== 'formal-answer') one.pausedAt ??= this.now;
    if (decision.clocks === 'resume')
      for (const one of this.promises)
        if (one.pausedAt !== null) {
          const before = one.dueAt - one.pausedAt;
          one.dueAt += this.now - one.pausedAt;
          one.pausedAt = null;
          expect(one.dueAt - this.now).toBe(before); // exactly what was left
        }
    for (const { kinds } of decision.settle ?? [])
      this.promises = this.promises.filter(({ kind }) => kinds !== 'all' && !kinds.includes(kind));
    for (const { kind, dueAt, renewal = 0 } of decision.promise ?? []) {
      expect(dueAt.getTime()).toBeGreaterThan(this.now);
      this.promises = this.promises.filter((one) => one.kind !== kind);
      this.promises.push({ kind, dueAt: dueAt.getTime(), renewal, pausedAt: null });
    }
    if (command.do === 'hand-over') this.handOver = true;
    if (decision.handOver) this.handOver = false;
    if (decision.say) this.said++;
    return true;
  }

  /** Time goes on; what falls due is settled at its time, as the worker would. */
  pass(hours: number): void {
    const until = this.now + hours * HOUR;
    for (let steps = 0; steps < 10_000; steps++) {
      const running = this.promises.filter(({ pausedAt }) => pausedAt === null).map(({ dueAt }) => dueAt);
      const soonest = Math.min(until, ...running, this.record.dueAt?.getTime() ?? until);
      this.now = Math.max(this.now, soonest);
      const due = this.promises.filter(({ dueAt, pausedAt }) => pausedAt === null && dueAt <= this.now);
      if (due.length > 0) {
        this.promises = this.promises.filter((one) => !due.includes(one));
        const [before, saidBefore] = [this.promises.length, this.said];
        this.carryOut({
          do: 'break',
          kinds: due.map(({ kind }) => kind),
          renewal: Math.max(...due.map(({ renewal }) => renewal)),
        });
        // Never silent: something new is promised, and at most one text is sent.
        if (!ENDED.has(this.record.state)) expect(this.promises.length).toBeGreaterThan(before - 1);
        expect(this.said - saidBefore).toBeLessThanOrEqual(1);
        continue;
      }
      if (this.record.dueAt && this.record.dueAt.getTime() <= this.now) {
        this.carryOut({ do: 'time' });
        continue;
      }
      if (this.now >= until) return;
    }
    throw new Error('time does not go on');
  }

  check(): void {
    const { record, promises } = this;
    if (ENDED.has(record.state)) {
      expect(promises.map(({ kind }) => kind)).toEqual([]);
      expect(record.dueAt).toBeNull();
      expect(record.endedAt).not.toBeNull();
      return;
    }
    expect(record.endedAt).toBeNull();
    // Somebody or something always moves it: a promise that runs, or the time at which it moves by itself.
    const runs = promises.some(({ pausedAt }) => pausedAt === null);
    expect(runs || record.dueAt !== null).toBe(true);
    const waits = record.state === 'waiting' && record.waitingFor === 'customer';
    expect(record.pausedAt !== null).toBe(waits);
    if (!waits) expect(promises.every(({ pausedAt }) => pausedAt === null)).toBe(true);
    expect(promises.every(({ dueAt, pausedAt }) => pausedAt !== null || dueAt >= this.now)).toBe(true);
  }
}

const commands: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom('1', '0', 'funziona ma piano', 'quando venite?', 'grazie', 'il router è acceso').map(hear),
  fc.constantFrom<Command>(
    { do: 'deny' },
    { do: 'confirm' },
    { do: 'take', by: 'anna' },
    { do: 'accept', by: 'anna', toTeamId: 'u' },
    { do: 'refuse' },
    { do: 'ask' },
    { do: 'report-fix' },
    { do: 'cancel' },
    { do: 'join', intoId: 'b' },
    { do: 'part' },
    { do: 'formal' },
    { do: 'link', incidentId: 'i' },
  ),
);

describe('any life of a case', () => {
  test('no promise is silent, states move along the allowed edges, clocks shift exactly by their pauses', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(commands, fc.integer({ min: 1, max: 24 * 8 }), fc.constant('hand over' as const)), {
          maxLength: 30,
        }),
        (steps) => {
          const world = new World();
          for (const step of steps) {
            if (typeof step === 'number') world.pass(step);
            else if (step === 'hand over')
              world.carryOut({
                do: 'hand-over',
                toTeamId: 'u',
                waitingFor: 'technical',
                dueAt: new Date(world.now + HOUR),
                tell: true,
              });
            else world.carryOut(step);
            world.check();
          }
          world.pass(24 * 20);
          world.check();
        },
      ),
      { numRuns: 150 },
    );
  });
});
