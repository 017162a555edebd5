import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_CHARACTERS } from './import.ts';
import { type FilePiece, guessEncoding, readCsv } from './read-file.ts';
import { findCycle, guessDelimiter, readCents, readDay, readHeader, readRow } from './rules.ts';

const FACTS = {
  now: new Date('2026-03-10T12:00:00Z'),
  timeZone: 'Europe/Rome',
  normalisePhone: (text: string) => (/^\d+$/.test(text) ? `+39${text}` : null),
  normaliseMail: (text: string) => (text.includes('@') ? text : null),
};

describe('circles', () => {
  const randomGraph = fc
    .integer({ min: 1, max: 8 })
    .chain((size) => {
      const ids = Array.from({ length: size }, (_, index) => String(index));
      return fc.tuple(
        ...ids.map((id) =>
          fc.subarray(
            ids.filter((other) => other !== id),
            { maxLength: Math.min(2, size - 1) },
          ),
        ),
      );
    })
    .map((lists) => new Map(lists.map((list, index) => [String(index), list as readonly string[]])));

  test('given any graph, what is named is a circle in it; and nothing is named only where there is none', () => {
    fc.assert(
      fc.property(randomGraph, (upstreams) => {
        const cycle = findCycle(upstreams);
        if (cycle) {
          expect(cycle[0]).toBe(cycle.at(-1));
          expect(new Set(cycle).size).toBe(cycle.length - 1);
          for (const [index, id] of cycle.slice(0, -1).entries()) expect(upstreams.get(id)).toContain(cycle[index + 1]);
          return;
        }
        // No circle: taking away, again and again, what has nothing above leaves nothing.
        const left = new Map(upstreams);
        for (let before = -1; before !== left.size; ) {
          before = left.size;
          for (const [id, above] of left) if (above.every((one) => !left.has(one))) left.delete(id);
        }
        expect(left.size).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  test('given a chain of 200,000, it is walked without running out of stack', () => {
    const chain = new Map(Array.from({ length: 200_000 }, (_, index) => [String(index), [String(index + 1)]]));
    expect(findCycle(chain)).toBeNull();
    chain.set('200000', ['0']);
    expect(findCycle(chain)).toHaveLength(200_002);
  });
});

describe('fields', () => {
  test('amounts are cents, with comma or point, and nothing that could be read two ways', () => {
    expect(['24.90', '24,9', '24', '€ 24,90', '0,05', '24.90 EUR'].map(readCents)).toEqual([
      2490, 2490, 2400, 2490, 5, 2490,
    ]);
    for (const wrong of ['1.234,00', '1,234', '-1', 'ten', '', '1e3']) expect(readCents(wrong), wrong).toBeNull();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (cents) => readCents((cents / 100).toFixed(2)) === cents),
    );
  });

  test('days are calendar days', () => {
    expect(['2024-02-29', '29/02/2024', '1.2.2024'].map(readDay)).toEqual(['2024-02-29', '2024-02-29', '2024-02-01']);
    for (const wrong of ['2023-02-29', '31/04/2024', '2024', '02-03-24', '']) expect(readDay(wrong), wrong).toBeNull();
  });

  test('the separator is the one of the header', () => {
    expect(['a,b;c,d', 'a;b', 'a\tb\tc,d', 'a', '"x,y,z";b'].map(guessDelimiter)).toEqual([',', ';', '\t', ',', ';']);
  });

  test('a header tells what is missing, doubled and unknown', () => {
    const header = readHeader('resources', [' ID ', 'kind', 'name', 'name', 'colour']);
    expect(header.columns).toEqual(['id', 'kind', 'name', 'name', null]);
    expect(header.problems.map(({ column }) => column)).toEqual(['name']);
    expect(header.notes).toHaveLength(1);
  });

  const customer = (cells: Record<string, string>) =>
    readRow(
      'customers',
      ['id', 'name', 'kind', ...Object.keys(cells)],
      ['c1', 'Anna', 'consumer', ...Object.values(cells)],
      7,
      FACTS,
    );

  test('a consent counts only with time, source and text, and not from the future', () => {
    const whole = { notify: 'sms|email', consent_at: '2026-01-10 10:00', consent_source: 'web', consent_text: 'yes' };
    expect(customer(whole)).toMatchObject({
      voidNotify: false,
      row: {
        notify: {
          channels: ['sms', 'email'],
          consent: { givenAt: '2026-01-10T09:00:00.000Z', source: 'web', text: 'yes' },
        },
      },
    });
    for (const missing of ['consent_at', 'consent_source', 'consent_text'])
      expect(customer({ ...whole, [missing]: '' }), missing).toMatchObject({
        voidNotify: true,
        row: { notify: { channels: [], consent: null } },
      });
    expect(customer({ ...whole, consent_at: '2026-03-10T12:00:01Z' }).problems).toMatchObject([
      { line: 7, column: 'consent_at' },
    ]);
    expect(customer({ ...whole, notify: 'sms|fax' }).problems).toMatchObject([{ column: 'notify' }]);
    expect(customer({ phone: '1' }).row).not.toHaveProperty('notify');
  });

  test('a day as consent_at counts from its beginning in the operator’s zone', () => {
    expect(
      customer({ notify: 'sms', consent_at: '10/01/2026', consent_source: 'web', consent_text: 'yes' }).row,
    ).toMatchObject({ notify: { consent: { givenAt: '2026-01-09T23:00:00.000Z' } } });
  });

  test('bounds and bytes that are no text are problems of their field', () => {
    expect(customer({ tax_code: 'x'.repeat(MOST_CHARACTERS + 1) }).problems).toMatchObject([{ column: 'tax_code' }]);
    expect(customer({ tax_code: 'a\uFFFDb' }).problems).toMatchObject([
      { column: 'tax_code', right: 'Save the file as UTF-8.' },
    ]);
    expect(readRow('resources', ['id', 'kind', 'name'], ['a', 'mast'], 3, FACTS).problems).toMatchObject([
      { line: 3, column: null },
    ]);
    expect(
      readRow('resources', ['id', 'kind', 'name', 'lat', 'lon'], ['a', 'mast', 'A', '95', '8'], 3, FACTS).problems,
    ).toMatchObject([{ column: 'lat' }]);
    expect(
      readRow('resources', ['id', 'kind', 'name', 'upstream'], ['a', 'mast', 'A', 'b|a'], 3, FACTS).problems,
    ).toMatchObject([{ column: 'upstream' }]);
  });
});

describe('files', () => {
  const read = async (...chunks: (string | Buffer)[]): Promise<FilePiece[]> => {
    const pieces: FilePiece[] = [];
    for await (const piece of readCsv(Readable.from(chunks.map((chunk) => Buffer.from(chunk))))) pieces.push(piece);
    return pieces;
  };

  test('lines count where a row begins, past line breaks in quotes and empty lines', async () => {
    expect(await read('id,name\r\na,"one\r\ntwo"\r\n\r\nb,x\r\n')).toEqual([
      { line: 1, cells: ['id', 'name'] },
      { line: 2, cells: ['a', 'one\r\ntwo'] },
      { line: 5, cells: ['b', 'x'] },
    ]);
  });

  test('characters cut in two by the chunks arrive whole', async () => {
    const bytes = Buffer.from('id\nè€😀\n');
    expect(await read(...[...bytes].map((byte) => Buffer.from([byte])))).toEqual([
      { line: 1, cells: ['id'] },
      { line: 2, cells: ['è€😀'] },
    ]);
  });

  test('encodings are told by their bytes', () => {
    expect(guessEncoding(Buffer.from('id,città'))).toBe('utf-8');
    expect(guessEncoding(Buffer.from('id,citt').subarray(0, 5))).toBe('utf-8');
    expect(guessEncoding(Buffer.from('id;nome\na;Forlì è città però\n', 'latin1'))).toBe('windows-1252');
    expect(guessEncoding(Buffer.from('\uFEFFid;nome', 'utf16le'))).toBe('utf-16le');
  });

  test('a file from a spreadsheet in UTF-16 is read', async () => {
    expect((await read(Buffer.from('\uFEFFid\tname\na\tForlì\n', 'utf16le'))).at(-1)).toEqual({
      line: 2,
      cells: ['a', 'Forlì'],
    });
  });

  test('a stream that breaks off throws', async () => {
    const broken = new Readable({
      read() {
        this.push('id,name\n');
        this.destroy(new Error('gone'));
      },
    });
    await expect(async () => {
      for await (const _ of readCsv(broken)) void _;
    }).rejects.toThrow('gone');
  });
});
