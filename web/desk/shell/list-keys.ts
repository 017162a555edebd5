import { useHotkeys } from '@mantine/hooks';
import { useEffect, useState } from 'react';

/** `]` and `[` move along a list, Enter opens what is current. Returns the current position (-1: none yet). */
export function useListKeys(length: number, open: (position: number) => void): number {
  const [current, setCurrent] = useState(-1);
  useEffect(() => setCurrent((position) => Math.min(position, length - 1)), [length]);
  useHotkeys([
    [']', () => setCurrent((position) => Math.min(position + 1, length - 1))],
    ['[', () => setCurrent((position) => Math.max(position - 1, 0))],
    ['Enter', () => current >= 0 && open(current), { preventDefault: false }],
  ]);
  return current;
}
