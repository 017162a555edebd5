import { describe, expect, it } from 'vitest';
import { exactTime, relativeTime, shortTime, spanOf } from './relative-time.ts';

const NOW = new Date('2026-11-22T13:10:00Z');
const minutesOn = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

describe('time in words', () => {
  it.each([
    [12, 'tra 12 minuti', 'in 12 minutes'],
    [-1, '1 minuto fa', '1 minute ago'],
    [119, 'tra 1 ora', 'in 1 hour'],
    [-180, '3 ore fa', '3 hours ago'],
    [-1800, '1 giorno fa', '1 day ago'],
    [0.5, 'ora', 'now'],
  ])('given %s minutes from now', (minutes, italian, english) => {
    expect(relativeTime(minutesOn(minutes), NOW, 'it')).toBe(italian);
    expect(relativeTime(minutesOn(minutes), NOW, 'en')).toBe(english);
  });

  it('says the exact instant in the operator’s zone', () => {
    expect(exactTime(NOW, 'Europe/Rome', 'it')).toContain('14:10:00');
    expect(exactTime(NOW, 'Europe/Rome', 'en')).toContain('14:10:00');
  });

  it('leaves the day out only when it is today there', () => {
    expect(shortTime(minutesOn(60), NOW, 'Europe/Rome', 'it')).toBe('15:10');
    expect(shortTime(minutesOn(600), NOW, 'Europe/Rome', 'it')).toMatch(/23 nov/);
  });

  it('shortens spans', () => {
    expect([42_000, 720_000, 11_100_000, 187_200_000].map((span) => spanOf(span, 'it'))).toEqual([
      '42 s',
      '12 min',
      '3 h 05 min',
      '2 g 4 h',
    ]);
  });
});
