import { describe, expect, it } from 'vitest';
import { readChange, touchedBy } from './changes.ts';

describe('what a change of the live feed refreshes', () => {
  it.each([
    ['incident.confirmed', 'incident', ['incidents', 'promises', 'cases']],
    ['announcement.told', 'announcement', ['incidents', 'promises', 'in-doubt']],
    ['promise.broken', 'promise', ['promises', 'incidents', 'cases']],
    ['promise.broken', 'incident', ['promises', 'incidents', 'cases']],
    ['notices.counted', 'incident', ['incidents', 'in-doubt', 'promises', 'cases']],
    ['case.taken', 'case', ['cases', 'promises', 'incidents']],
    ['import.done', 'import', ['imports']],
    ['settings.changed', 'settings', ['settings', 'me', 'preview']],
    ['alarms.heard', 'alarm-source', ['alarms', 'incidents', 'alarm-sources']],
    ['staff.signed-in', 'staff', ['staff', 'me']],
  ])('given %s about a %s', (kind, subjectKind, expected) => {
    expect([...(touchedBy({ kind, subjectKind }) ?? [])].sort()).toEqual([...expected].sort());
  });

  it('refreshes everything for what it does not know', () => {
    expect(touchedBy({ kind: 'weather.turned', subjectKind: 'sky' })).toBeNull();
  });
});

describe('reading the feed', () => {
  it('takes a change', () => {
    expect(readChange('{"position":"7.1","kind":"incident.closed","subjectKind":"incident","subjectId":"x"}')).toEqual({
      position: '7.1',
      kind: 'incident.closed',
      subjectKind: 'incident',
      subjectId: 'x',
    });
  });

  it.each(['', 'null', '[]', '{"kind":1}', '{"kind":"a"}', '{'])('passes over %j', (data) => {
    expect(readChange(data)).toBeNull();
  });
});
