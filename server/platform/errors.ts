/** What kind of trouble: decides the HTTP status and the exit status of a command, at the edge only. */
export type FailureKind =
  | 'invalid' // the input is at fault
  | 'incomplete' // well-formed, but something is missing that only its sender can give
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict' // the state doesn't allow it, or somebody else was faster
  | 'too-many'
  | 'environment'; // database, port, disk, another server

export interface FailureFacts {
  /** Stable, kebab-case; what scripts compare. */
  code: string;
  kind: FailureKind;
  /** One sentence for people: what is wrong, and where. */
  detail: string;
  /** What would help. */
  help?: string;
  /** Further facts for machines; never personal data. */
  facts?: Record<string, unknown>;
}

/** An expected refusal or trouble, with a code, a sentence for people, and what would help. */
export class Failure extends Error {
  readonly code: string;
  readonly kind: FailureKind;
  readonly detail: string;
  readonly help: string | undefined;
  readonly facts: Record<string, unknown> | undefined;

  constructor(facts: FailureFacts) {
    super(facts.help ? `${facts.detail} ${facts.help}` : facts.detail);
    this.name = 'Failure';
    this.code = facts.code;
    this.kind = facts.kind;
    this.detail = facts.detail;
    this.help = facts.help;
    this.facts = facts.facts;
  }
}

export const notFound = (what: string): Failure =>
  new Failure({
    code: 'not-found',
    kind: 'not-found',
    detail: `${what} does not exist.`,
    help: 'Check the address, or look it up in its list.',
  });

export const invalid = (code: string, detail: string, help?: string): Failure =>
  new Failure({ code, kind: 'invalid', detail, ...(help ? { help } : {}) });

export const conflict = (code: string, detail: string, help?: string): Failure =>
  new Failure({ code, kind: 'conflict', detail, ...(help ? { help } : {}) });
