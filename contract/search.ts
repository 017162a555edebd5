import { type Static, Type } from 'typebox';
import { Id, Instant } from './answer.ts';
import { CaseState, Topic } from './cases.ts';
import { CustomerBrief } from './customers.ts';
import { IncidentState, ResourceBrief } from './incidents.ts';
import { OneOf } from './one-of.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

/** By what it was found, best first: a number that names it; a name as written, or nearly; an address or telephone number; words that were said. */
export const FOUND_BY = ['number', 'name', 'similar name', 'address', 'words'] as const;
export const FoundBy = OneOf(FOUND_BY);
export type FoundBy = (typeof FOUND_BY)[number];

export const FoundCase = Type.Object({
  id: Id,
  number: Type.String(),
  state: CaseState,
  topic: Topic,
  subject: Type.String(),
  /** Null for partners. */
  party: Nullable(Type.Object({ id: Id, name: Type.String() })),
  lastHeardAt: Instant,
  endedAt: Nullable(Instant),
  foundBy: FoundBy,
  /** The beginning of the message in which the words are. */
  excerpt: Nullable(Type.String()),
});
export type FoundCase = Static<typeof FoundCase>;

export const FoundCustomer = Type.Object({ ...CustomerBrief.properties, foundBy: FoundBy });
export type FoundCustomer = Static<typeof FoundCustomer>;

export const FoundIncident = Type.Object({
  id: Id,
  reference: Type.String(),
  state: IncidentState,
  resource: Type.String(),
  beganAt: Instant,
});
export type FoundIncident = Static<typeof FoundIncident>;

/**
 * GET /api/v1/search?q=…&limit=… → Found: everything that the reader may see, each kind with its own deed (cases:see, customers:see,
 * incidents:see, network:see); a kind that they may not see is empty. Partners find the cases that are with their team.
 */
export const Found = Type.Object({
  cases: Type.Array(FoundCase),
  customers: Type.Array(FoundCustomer),
  incidents: Type.Array(FoundIncident),
  resources: Type.Array(ResourceBrief),
});
export type Found = Static<typeof Found>;

export const SearchQuery = Type.Object({
  q: Type.String({ minLength: 1, maxLength: 200, description: 'A number, a name, an address, or words.' }),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, description: 'Of each kind; 10 when left out.' })),
});
