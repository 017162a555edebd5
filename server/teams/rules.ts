import type { Topic } from '../../contract/cases.ts';
import type { StaffRole } from '../../contract/deeds.ts';
import type { TeamKind } from '../../contract/teams.ts';

/** Who does a team's work while nobody is in it. */
export const ROLE_OF_KIND: Record<TeamKind, StaffRole> = {
  care: 'care',
  technical: 'technician',
  billing: 'billing',
  sales: 'sales',
  partner: 'manager', // who gave the work to a partner answers for it
};

/** Which team a matter goes to first; where there is none of the kind, care has it. */
export const KIND_OF_TOPIC: Record<Topic, TeamKind> = {
  'line down': 'technical',
  'line slow': 'technical',
  limit: 'technical',
  equipment: 'technical',
  bill: 'billing',
  activation: 'care',
  migration: 'care',
  visit: 'care',
  ending: 'care',
  data: 'care',
  conduct: 'care',
  other: 'care',
};

/** Somebody to whom a case could be given. */
export interface Candidate {
  staffId: string;
  absent: boolean;
  capacity: number;
  openCases: number;
}

/** The one who is there and has the most room for their capacity; null when everybody is away or full. Equals in the order of their ids. */
export function leastLoaded(candidates: readonly Candidate[]): string | null {
  const [best] = candidates
    .filter(({ absent, openCases, capacity }) => !absent && openCases < capacity)
    .sort(
      (a, b) =>
        a.openCases / a.capacity - b.openCases / b.capacity ||
        a.openCases - b.openCases ||
        (a.staffId < b.staffId ? -1 : 1),
    );
  return best?.staffId ?? null;
}

/** Partners work in teams of partners only, and nobody else does: what they may see follows from the team. */
export const fitsTeam = (kind: TeamKind, isPartner: boolean): boolean => (kind === 'partner') === isPartner;
