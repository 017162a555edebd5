import { DateTime } from 'luxon';
import type { Channel } from '../../contract/answer.ts';
import { IMPORT_WORDS } from '../../contract/import-words.ts';
import {
  COLUMNS,
  type CustomerRow,
  type ImportKind,
  type ImportProblem,
  MOST_CHARACTERS,
  type ResourceRow,
  type ServiceRow,
  type StagedRow,
} from './import.ts';

const { say } = IMPORT_WORDS;

/** Which of , ; and tab parts the fields of a header row: the one that stands in it most often outside quotes. */
export function guessDelimiter(headerLine: string): ',' | ';' | '\t' {
  const bare = headerLine.replace(/"[^"]*"/g, '');
  const count = (sign: string): number => bare.split(sign).length - 1;
  const candidates = [',', ';', '\t'] as const;
  return candidates.reduce((best, sign) => (count(sign) > count(best) ? sign : best), ',');
}

export interface Header {
  /** The name of each column, in order; null for one that we don't know. */
  columns: (string | null)[];
  problems: ImportProblem[];
  notes: string[];
}

/** Reads the header row of a file of a kind. A missing or doubled column is a problem, an unknown one a note. */
export function readHeader(kind: ImportKind, cells: readonly string[]): Header {
  const { needed, others } = COLUMNS[kind];
  const known: readonly string[] = [...needed, ...others];
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const problems: ImportProblem[] = [];
  for (const name of needed)
    if (!names.includes(name))
      problems.push({
        line: 1,
        column: name,
        wrong: say('no-column'),
        right: say('header-has', { columns: known.join(', ') }),
      });
  for (const name of new Set(names.filter((one, index) => known.includes(one) && names.indexOf(one) !== index)))
    problems.push({
      line: 1,
      column: name,
      wrong: say('column-twice'),
      right: say('each-column-once'),
    });
  const unknown = cells.filter((_, index) => !known.includes(names[index] ?? '')).map((cell) => `"${shortened(cell)}"`);
  const notes =
    unknown.length === 0
      ? []
      : [say('columns-unknown', { columns: unknown.slice(0, 20).join(', '), known: known.join(', ') })];
  return { columns: names.map((name) => (known.includes(name) ? name : null)), problems, notes };
}

/** What reading a row needs from elsewhere. */
export interface RowFacts {
  now: Date;
  /** IANA name: a consent_at without time or offset is meant there. */
  timeZone: string;
  normalisePhone(text: string): string | null;
  normaliseMail(text: string): string | null;
}

export interface RowReading {
  /** Null when the row has problems. */
  row: StagedRow | null;
  problems: ImportProblem[];
  /** The channels that the row names in `notify` without saying when, where and with which text the customer agreed. */
  voidNotify: boolean;
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

/** One field after the other, gathering what is wrong. */
class Fields {
  readonly problems: ImportProblem[] = [];
  readonly #line: number;
  readonly #values: Map<string, string>;

  constructor(line: number, values: Map<string, string>) {
    this.#line = line;
    this.#values = values;
  }

  problem(column: string, wrong: string, right: string): undefined {
    this.problems.push({ line: this.#line, column, wrong, right });
  }

  /** Undefined: no such column; else trimmed, perhaps empty. */
  text(column: string): string | undefined {
    return this.#values.get(column);
  }

  needed(column: string, right: string): string {
    const value = this.text(column) ?? '';
    if (value === '') this.problem(column, say('field-empty'), right);
    return value;
  }

  word<const Word extends string>(column: string, words: readonly Word[]): Word | undefined {
    const value = this.needed(column, say('one-of', { words: words.join(', ') })).toLowerCase();
    const found = words.find((word) => word === value);
    if (value !== '' && !found)
      this.problem(
        column,
        say('word-unknown', { value: shortened(value) }),
        say('one-of', { words: words.join(', ') }),
      );
    return found;
  }

  /** Reads a field that may be absent (undefined) or empty (null) with `read`, which gives null for what it can't read. */
  optional<T>(column: string, right: string, read: (text: string) => T | null): T | null | undefined {
    const value = this.text(column);
    if (value === undefined || value === '') return value === undefined ? undefined : null;
    const result = read(value);
    return result === null ? this.problem(column, say('unreadable', { value: shortened(value) }), right) : result;
  }
}

/** Reads a row. `cells` in the order of the header's columns; `line` is where it begins in the file, from 1. */
export function readRow(
  kind: ImportKind,
  columns: readonly (string | null)[],
  cells: readonly string[],
  line: number,
  facts: RowFacts,
): RowReading {
  const values = new Map<string, string>();
  const problems: ImportProblem[] = [];
  if (cells.length !== columns.length)
    problems.push({
      line,
      column: null,
      wrong: say('field-count', { fields: cells.length, columns: columns.length }),
      right: say('as-many-fields'),
    });
  for (const [index, column] of columns.entries()) {
    if (column === null) continue;
    const cell = (cells[index] ?? '').trim();
    if (cell.length > MOST_CHARACTERS)
      problems.push({
        line,
        column,
        wrong: say('field-long', { characters: cell.length }),
        right: say('most-characters', { most: MOST_CHARACTERS }),
      });
    else if (cell.includes('\uFFFD') || cell.includes('\0'))
      problems.push({
        line,
        column,
        wrong: say('no-text', { value: shortened(cell.replaceAll('\0', '␀')) }),
        right: say('save-utf-8'),
      });
    values.set(column, cell);
  }
  if (problems.length > 0) return { row: null, problems, voidNotify: false };
  const fields = new Fields(line, values);
  const externalId = fields.needed('id', say('own-id'));
  if (externalId.length > 200) fields.problem('id', say('id-long'), say('shorter-id'));
  let voidNotify = false;
  let row: StagedRow;
  if (kind === 'resources') row = readResource(fields, externalId);
  else if (kind === 'services') row = readService(fields, externalId);
  else {
    const customer = readCustomer(fields, externalId, facts);
    row = customer.row;
    voidNotify = customer.voidNotify;
  }
  return fields.problems.length > 0
    ? { row: null, problems: fields.problems, voidNotify: false }
    : { row, problems: [], voidNotify };
}

const split = (text: string): string[] =>
  text
    .split('|')
    .map((part) => part.trim())
    .filter(Boolean);

const numberBetween =
  (least: number, most: number) =>
  (text: string): number | null => {
    const plain = text.replace(',', '.');
    const value = Number(plain);
    return /^-?\d+(\.\d+)?$/.test(plain) && value >= least && value <= most ? value : null;
  };

function readResource(fields: Fields, externalId: string): ResourceRow {
  const upstreamText = fields.text('upstream');
  const upstream = upstreamText === undefined ? undefined : [...new Set(split(upstreamText))];
  if (externalId.includes('|')) fields.problem('id', say('id-bar'), say('id-without-bar'));
  if (upstream?.includes(externalId)) fields.problem('upstream', say('above-itself'), say('other-ids'));
  if (upstream && upstream.length > 100)
    fields.problem('upstream', say('many-upstreams', { count: upstream.length }), say('most-upstreams'));
  const lat = fields.optional('lat', say('latitude'), numberBetween(-90, 90));
  const lon = fields.optional('lon', say('longitude'), numberBetween(-180, 180));
  if (typeof lat === 'number' && lon === null) fields.problem('lon', say('latitude-alone'), say('both-or-neither'));
  if (typeof lon === 'number' && lat === null) fields.problem('lat', say('longitude-alone'), say('both-or-neither'));
  const batteryMinutes = fields.optional('battery_minutes', say('minutes'), (text) =>
    /^\d{1,6}$/.test(text) ? Number(text) : null,
  );
  return {
    externalId,
    kind: fields.needed('kind', say('resource-kind')).slice(0, 100),
    name: fields.needed('name', say('resource-name')).slice(0, 200),
    ...(upstream === undefined ? {} : { upstream }),
    ...(lat === undefined ? {} : { lat }),
    ...(lon === undefined ? {} : { lon }),
    ...(batteryMinutes === undefined ? {} : { batteryMinutes }),
  };
}

function readService(fields: Fields, externalId: string): ServiceRow {
  const state = fields.word('state', ['pending', 'active', 'suspended', 'ended']) ?? 'pending';
  const address = fields.optional('address', '', (text) => text);
  const activatedOn = fields.optional('activated_on', say('day'), readDay);
  const ultrabroadband = fields.optional('ultrabroadband', say('yes-or-no'), readYesNo);
  const monthlyFeeCents = fields.optional('monthly_fee', say('amount'), readCents);
  return {
    externalId,
    customer: fields.needed('customer_id', say('customer-id')),
    resource: fields.needed('resource_id', say('resource-id')),
    product: fields.needed('product', say('product')).slice(0, 300),
    state,
    ...(address === undefined ? {} : { address }),
    ...(activatedOn === undefined ? {} : { activatedOn }),
    ...(ultrabroadband === undefined ? {} : { ultrabroadband: ultrabroadband ?? false }),
    ...(monthlyFeeCents === undefined ? {} : { monthlyFeeCents }),
  };
}

function readCustomer(fields: Fields, externalId: string, facts: RowFacts): { row: CustomerRow; voidNotify: boolean } {
  const kind = fields.word('kind', ['consumer', 'business']) ?? 'consumer';
  const taxCode = fields.optional('tax_code', say('tax-code'), (text) =>
    /^[A-Za-z0-9 .-]{2,40}$/.test(text) ? text.replace(/[ .-]/g, '').toUpperCase() : null,
  );
  const language = fields.optional('language', say('language'), (text) => {
    const word = text.toLowerCase();
    return word === 'it' || word === 'en' ? word : null;
  });
  const phone = fields.optional('phone', say('phone'), facts.normalisePhone);
  const email = fields.optional('email', say('email'), facts.normaliseMail);
  const pec = fields.optional('pec', say('pec'), facts.normaliseMail);
  const givenAt = fields.optional('consent_at', say('past-instant'), (text) => readInstant(text, facts));
  const channels = fields.optional('notify', say('channels'), (text) => {
    const words = [...new Set(split(text.toLowerCase()))];
    return words.every((word): word is Channel => word === 'sms' || word === 'email' || word === 'pec') ? words : null;
  });
  const [source, text] = [fields.text('consent_source') ?? '', fields.text('consent_text') ?? ''];
  const consent = givenAt && source !== '' && text !== '' ? { givenAt, source, text } : null;
  return {
    row: {
      externalId,
      name: fields.needed('name', say('customer-name')).slice(0, 300),
      kind,
      addresses: {
        ...(phone === undefined ? {} : { sms: phone }),
        ...(email === undefined ? {} : { email }),
        ...(pec === undefined ? {} : { pec }),
      },
      ...(taxCode === undefined ? {} : { taxCode }),
      ...(language ? { language } : {}),
      ...(channels === undefined ? {} : { notify: { channels: consent ? (channels ?? []) : [], consent } }),
    },
    voidNotify: !consent && (channels?.length ?? 0) > 0,
  };
}

/** A calendar day as "2024-05-31" from that or from "31/05/2024"; null for what is none. */
export function readDay(text: string): string | null {
  const italian = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$/.exec(text);
  const day = italian
    ? `${italian[3]}-${(italian[2] ?? '').padStart(2, '0')}-${(italian[1] ?? '').padStart(2, '0')}`
    : text;
  return /^(19|20)\d\d-\d\d-\d\d$/.test(day) && DateTime.fromISO(day).isValid ? day : null;
}

/** An instant in UTC, from ISO 8601 or a day; without an offset it is meant in the operator's zone. A day counts from its beginning, so that a no of the same day wins. */
function readInstant(text: string, { now, timeZone }: RowFacts): string | null {
  const day = readDay(text);
  const instant = DateTime.fromISO(day ?? text.replace(/^(\d{4}-\d\d-\d\d) (?=\d)/, '$1T'), { zone: timeZone });
  if (!instant.isValid || instant.toMillis() > now.getTime() || instant.year < 1990) return null;
  return instant.toUTC().toISO();
}

function readYesNo(text: string): boolean | null {
  const word = text.toLowerCase();
  if (['true', '1', 'yes', 'y', 'sì', 'si', 's'].includes(word)) return true;
  return ['false', '0', 'no', 'n'].includes(word) ? false : null;
}

/** Integer cents of "24.90", "24,9", "24", "€ 24,90"; null for anything else, also for a thousands separator, which could be read two ways. */
export function readCents(text: string): number | null {
  const match = /^(?:€\s*)?(\d{1,9})(?:[.,](\d{1,2}))?(?:\s*(?:€|EUR))?$/i.exec(text);
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0') || '0') : null;
}

/**
 * A circle in what is above what, as the ids along it with the first again at the end (A, B, C, A: A is below B, B below C, C below A);
 * null when there is none.
 */
export function findCycle(upstreams: ReadonlyMap<string, readonly string[]>): string[] | null {
  const done = new Set<string>();
  for (const start of upstreams.keys()) {
    if (done.has(start)) continue;
    const path: { id: string; next: number }[] = [{ id: start, next: 0 }];
    const onPath = new Set([start]);
    for (let here = path.at(-1); here; here = path.at(-1)) {
      const above = upstreams.get(here.id)?.[here.next++];
      if (above === undefined) {
        done.add(here.id);
        onPath.delete(here.id);
        path.pop();
      } else if (onPath.has(above)) {
        return [...path.slice(path.findIndex(({ id }) => id === above)).map(({ id }) => id), above];
      } else if (!done.has(above)) {
        path.push({ id: above, next: 0 });
        onPath.add(above);
      }
    }
  }
  return null;
}
