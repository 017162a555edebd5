import { describe, expect, it } from 'vitest';
import { EXAMPLES, kindFromHeader } from './formats.ts';

describe('guessing the kind of a file', () => {
  it.each(Object.entries(EXAMPLES))('knows the example of %s, with any separator', (kind, example) => {
    const header = example.split('\n')[0] ?? '';
    expect(kindFromHeader(header)).toBe(kind);
    expect(kindFromHeader(`\uFEFF${header.replaceAll(',', ';')}`)).toBe(kind);
    expect(kindFromHeader(header.replaceAll(',', '\t').toUpperCase())).toBe(kind);
  });

  it('does not guess from strange columns', () => {
    expect(kindFromHeader('foo,bar')).toBeNull();
  });

  it('shows examples with as many cells as columns', () => {
    for (const example of Object.values(EXAMPLES)) {
      const [header = '', ...rows] = example.trim().split('\n');
      const cells = (row: string) => row.replace(/"[^"]*"/g, 'x').split(',').length;
      for (const row of rows) expect(cells(row)).toBe(cells(header));
    }
  });
});
