import { describe, expect, it } from 'vitest';
import { clockOf, copiedTo, openMinutes, wrongInDay } from './openings.ts';

describe('a time of day as it is typed', () => {
  it.each([
    ['8', '08:00'],
    ['8.30', '08:30'],
    ['830', '08:30'],
    ['0830', '08:30'],
    [' 21:30 ', '21:30'],
    ['24', '24:00'],
    ['24:00', '24:00'],
  ])('given %s, it is %s', (typed, clock) => expect(clockOf(typed)).toBe(clock));

  it.each(['', '25', '24:01', '8:60', 'eight', '8:3'])('given "%s", it is none', (typed) =>
    expect(clockOf(typed)).toBeNull(),
  );
});

describe('the openings of a day', () => {
  it('given a break at noon in any order, nothing is wrong', () => {
    expect(
      wrongInDay([
        { from: '14:00', to: '18:00' },
        { from: '08:30', to: '14:00' },
      ]),
    ).toBeNull();
  });

  it('given two that overlap, an end before the beginning or no time, it says which', () => {
    expect(
      wrongInDay([
        { from: '08:00', to: '13:00' },
        { from: '12:59', to: '18:00' },
      ]),
    ).toBe('overlap');
    expect(wrongInDay([{ from: '18:00', to: '08:00' }])).toBe('backwards');
    expect(wrongInDay([{ from: '08:00', to: '08:00' }])).toBe('backwards');
    expect(wrongInDay([{ from: '08:00', to: 'late' }])).toBe('clock');
  });

  it('given five days of thirteen hours, the week has 3900 minutes', () => {
    const day = [{ from: '08:30', to: '21:30' }];
    expect(openMinutes([day, day, day, day, day, [], []])).toBe(3900);
    expect(openMinutes([[{ from: 'late', to: '24' }]])).toBe(1440);
  });

  it('given Monday copied to the working week, the weekend stays as it was', () => {
    expect(copiedTo(['a', 'b', 'c', 'd', 'e', 'f', 'g'], 0, [1, 2, 3, 4])).toEqual(['a', 'a', 'a', 'a', 'a', 'f', 'g']);
  });
});
