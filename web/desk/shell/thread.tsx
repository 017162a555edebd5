import type { ReactNode } from 'react';

/** Il filo: a line that joins what happened, oldest or newest first as given. */
export function Thread({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ol className="thread" aria-label={label}>
      {children}
    </ol>
  );
}

/** A knot on the thread; `strong` ones are what everybody looks for. */
export function Knot({ strong = false, children }: { strong?: boolean; children: ReactNode }) {
  return (
    <li className="thread-knot" data-weight={strong ? 'strong' : 'plain'}>
      {children}
    </li>
  );
}
