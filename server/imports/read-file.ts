import { PassThrough, type Readable, Transform } from 'node:stream';
import chardet from 'chardet';
import { CsvError, parse } from 'csv-parse';
import iconv from 'iconv-lite';
import { IMPORT_WORDS } from '../../contract/import-words.ts';
import { type ImportProblem, MOST_BYTES } from './import.ts';
import { guessDelimiter } from './rules.ts';

const { say } = IMPORT_WORDS;

/** So much of the file is looked at to tell its encoding. */
const SAMPLE_BYTES = 262_144;
/** The longest row: a quote that is never closed must not fill the memory. */
const MOST_ROW_BYTES = 1_000_000;

export type FilePiece =
  | { note: string }
  | { line: number; cells: string[] }
  /** Reading ends here. */
  | { problem: ImportProblem };

/** Reads a CSV as it streams: its encoding and separator are found out (and said, where they are not the plain ones). Memory is bounded. */
export async function* readCsv(stream: Readable): AsyncGenerator<FilePiece> {
  const { sample, rest } = await takeSample(stream);
  if (sample.length === 0) {
    yield { problem: { line: 1, column: null, wrong: say('file-empty'), right: say('header-and-rows') } };
    return;
  }
  const encoding = guessEncoding(sample);
  if (encoding !== 'utf-8') yield { note: say('encoding', { encoding }) };
  const delimiter = guessDelimiter(iconv.decode(sample, encoding).split(/\r\n|\r|\n/, 1)[0] ?? '');
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    max_record_size: MOST_ROW_BYTES,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
  });
  const decoder = iconv.decodeStream(encoding);
  const failed = (error: Error): void => {
    parser.destroy(error);
  };
  rest.on('error', failed);
  decoder.on('error', failed);
  rest.pipe(decoder).pipe(parser);
  let doubled = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      // `lines` is where the record ends; one with line breaks in its fields begins above. csv-parse counts a CR LF within quotes as two.
      const breaks = occurrences(record, '\n');
      doubled += occurrences(record, '\r\n');
      const line = info.lines - breaks - doubled;
      if (record.some((cell) => cell.includes('\0'))) {
        yield {
          problem: { line, column: null, wrong: say('zero-bytes'), right: say('csv-file') },
        };
        return;
      }
      yield { line, cells: record };
    }
  } catch (error) {
    if (error instanceof TooLarge)
      yield {
        problem: {
          line: 1,
          column: null,
          wrong: say('file-large', { megabytes: MOST_BYTES / 1_000_000 }),
          right: say('several-files'),
        },
      };
    else if (error instanceof CsvError) {
      const line = Number((error as { lines?: number }).lines ?? 1);
      yield {
        problem: {
          line,
          column: null,
          wrong: error.code === 'CSV_MAX_RECORD_SIZE' ? say('row-endless') : say('quotes-wrong'),
          right: say('quotes-right'),
        },
      };
    } else throw error;
  } finally {
    rest.unpipe(decoder);
    // What is left is read and thrown away: a browser that is still sending takes no answer before its end.
    stream.unpipe();
    stream.resume();
  }
}

const occurrences = (cells: readonly string[], sign: string): number =>
  cells.reduce((sum, cell) => sum + (cell.includes(sign) ? cell.split(sign).length - 1 : 0), 0);

class TooLarge extends Error {}

/** The beginning of a stream, and the whole of it again. Fails with TooLarge beyond the bound. */
async function takeSample(stream: Readable): Promise<{ sample: Buffer; rest: Readable }> {
  let bytes = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) done(new TooLarge());
      else done(null, chunk);
    },
  });
  stream.on('error', (error) => bounded.destroy(error));
  stream.pipe(bounded);
  const pieces: Buffer[] = [];
  let length = 0;
  const iterator = bounded[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let ended = false;
  while (length < SAMPLE_BYTES && !ended) {
    const next = await iterator.next();
    if (next.done) ended = true;
    else {
      pieces.push(next.value);
      length += next.value.length;
    }
  }
  const sample = Buffer.concat(pieces);
  const rest = new PassThrough();
  void (async () => {
    try {
      for (const piece of pieces) await written(rest, piece);
      while (!ended) {
        const next = await iterator.next();
        if (next.done) break;
        await written(rest, next.value);
      }
      rest.end();
    } catch (error) {
      rest.destroy(error as Error);
    }
  })();
  return { sample, rest };
}

async function written(stream: PassThrough, piece: Buffer): Promise<void> {
  if (!stream.write(piece)) await new Promise<void>((resolve) => stream.once('drain', resolve));
}

/** UTF-8 where the sample is; else what its bytes look like, windows-1252 when nothing can be told. */
export function guessEncoding(sample: Buffer): string {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le';
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be';
  try {
    // The sample may end within a character: `stream` lets that pass.
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return 'utf-8';
  } catch {
    const guess = chardet.detect(sample)?.toLowerCase() ?? '';
    // ISO 8859-1 is read as its superset, which has the euro sign.
    if (guess === 'iso-8859-1' || guess === 'utf-8' || !iconv.encodingExists(guess)) return 'windows-1252';
    return guess;
  }
}
