const SIZES: readonly [number, string][] = [
  [1_048_576, 'MB'],
  [1024, 'KB'],
  [1, 'B'],
];

/** Bytes in the largest unit that fits, with one place. */
export function sizeIn(bytes: number, number: (value: number) => string): string {
  const [unit, name] = SIZES.find(([one]) => bytes >= one) ?? [1, 'B'];
  return `${number(Math.round((bytes / unit) * 10) / 10)} ${name}`;
}
