import { useHotkeys } from '@mantine/hooks';
import { useEffect, useState } from 'react';

/** `]` or `j`, and `[` or `k`, move along a list, Enter opens what is current. Returns the current position (-1: none yet). */
export function useListKeys(length: number, open: (position: number) => void): number {
  const [current, setCurrent] = useState(-1);
  useEffect(() => setCurrent((position) => Math.min(position, length - 1)), [length]);
  const move = (by: 1 | -1) => setCurrent((position) => Math.max(Math.min(position + by, length - 1), 0));
  useHotkeys([
    ...[']', 'j'].map((key): [string, () => void] => [key, () => move(1)]),
    ...['[', 'k'].map((key): [string, () => void] => [key, () => move(-1)]),
    ['Enter', () => current >= 0 && open(current), { preventDefault: false }],
  ]);
  return current;
}
