import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

// Examples for the reference of the API are made from the shapes themselves, so that they can't grow apart; what makes them speak is said here, by the name of the
// field. A word that does not fit a field's shape is not used for it.

const ID = '019cd7a4-2f60-7c31-9b7e-5d0c8a41e2f3';
const AT = '2026-03-10T14:05:00.000Z';

const SPOKEN: Record<string, readonly unknown[]> = {
  number: ['26000018', 1],
  name: ['Anna Verdi', 'Assistenza'],
  subject: ['La linea è ferma da stamattina'],
  words: ['Il tecnico arriva domani tra le 9 e le 11.'],
  text: ['Buongiorno, da stamattina non ho internet.'],
  body: ['Buongiorno, da stamattina non ho internet.'],
  note: ['Cavo tagliato davanti al civico 4.'],
  reason: ['Non è della nostra squadra.'],
  why: ['parola: «ferma»'],
  sender: ['+393475550042'],
  from: ['anna.verdi@example.it', '09:00', AT],
  to: ['+393475550042', '18:00', AT],
  address: ['anna.verdi@example.it', 'Via Roma 4, Verbania'],
  email: ['anna.verdi@example.it'],
  phone: ['+393475550042'],
  url: ['https://care.example.it/c/…'],
  host: ['imap.example.it'],
  port: [993],
  user: ['assistenza@example.it'],
  password: ['correct horse battery staple'],
  folder: ['INBOX'],
  confirm: ['c1042'],
  externalId: ['c1042'],
  taxCode: ['VRDNNA80A41L746X'],
  product: ['Fibra 1000'],
  place: ['Verbania'],
  timeZone: ['Europe/Rome'],
  country: ['IT'],
  language: ['it'],
  type: ['image/jpeg'],
  size: [182_044],
  sha256: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
  q: ['verdi'],
  stem: ['ferm'],
  detail: ['The case is closed.'],
  help: ['Open it again first.'],
};

const BY_FORMAT: Record<string, string> = {
  uuid: ID,
  'date-time': AT,
  date: '2026-03-10',
  email: 'anna.verdi@example.it',
  uri: 'https://care.example.it',
};

/** What strings of a given shape look like, tried in turn. */
const SHAPED = [
  'text',
  ID,
  AT,
  '2026-03-10',
  '08:30',
  '12-25',
  'IT',
  '+393475550042',
  '26000018',
  'it',
  'a',
  '1',
  '{}',
];

interface Shape {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: TSchema[];
  allOf?: TSchema[];
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
  items?: TSchema;
  properties?: Record<string, TSchema>;
  patternProperties?: Record<string, TSchema>;
  default?: unknown;
}

function textFor(schema: TSchema, { format, minLength = 0, maxLength = 10_000 }: Shape, name: string): unknown {
  const filled = 'x'.repeat(Math.min(Math.max(minLength, 1), maxLength));
  const candidates = [
    ...(format && BY_FORMAT[format] ? [BY_FORMAT[format]] : []),
    ...(SPOKEN[name] ?? []),
    ...SHAPED,
    filled,
  ];
  return candidates.find((candidate) => Value.Check(schema, candidate)) ?? '';
}

function numberFor(
  schema: TSchema,
  { minimum, exclusiveMinimum, maximum, default: standard }: Shape,
  name: string,
): unknown {
  const least = minimum ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum + 1);
  return (
    [...(SPOKEN[name] ?? []), standard, 3, 1, least, maximum, 0].find((candidate) => Value.Check(schema, candidate)) ??
    0
  );
}

/** An example of a shape, deterministic; `name` is the field that it stands in. */
export function exampleOf(schema: TSchema, name = ''): unknown {
  const shape = schema as Shape;
  if (shape.const !== undefined) return shape.const;
  if (shape.enum) return shape.enum[0];
  if (shape.anyOf) {
    const examples = shape.anyOf.map((one) => exampleOf(one, name));
    return examples.find((example) => example !== null && Value.Check(schema, example)) ?? examples[0];
  }
  if (shape.allOf) return Object.assign({}, ...shape.allOf.map((one) => exampleOf(one, name)));
  if (shape.properties)
    return Object.fromEntries(Object.entries(shape.properties).map(([key, one]) => [key, exampleOf(one, key)]));
  if (shape.patternProperties) return {};
  switch (shape.type) {
    case 'string':
      return textFor(schema, shape, name);
    case 'integer':
    case 'number':
      return numberFor(schema, shape, name);
    case 'boolean':
      return true;
    case 'array': {
      // The name of a list is the plural of what is in it.
      const one = shape.items ? exampleOf(shape.items, name.replace(/s$/, '')) : null;
      const list = Array.from({ length: Math.max(1, shape.minItems ?? 1) }, () => one);
      return Value.Check(schema, list) ? list : [];
    }
    case 'null':
      return null;
    default:
      return {};
  }
}
