import { type ImportProblem, MOST_PROBLEMS } from './import.ts';

/** What is wrong with a file: all are counted, the first ones are kept. */
export class Problems {
  readonly #kept: ImportProblem[];
  #count: number;

  constructor(kept: readonly ImportProblem[] = [], count = kept.length) {
    this.#kept = [...kept];
    this.#count = count;
  }

  add(...problems: ImportProblem[]): void {
    this.#count += problems.length;
    this.#kept.push(...problems.slice(0, MOST_PROBLEMS - this.#kept.length));
  }

  get count(): number {
    return this.#count;
  }

  /** By line. */
  get kept(): ImportProblem[] {
    return this.#kept.toSorted((a, b) => a.line - b.line);
  }
}
