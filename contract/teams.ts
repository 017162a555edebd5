import { type Static, Type } from 'typebox';
import { Id, Instant } from './answer.ts';
import { OneOf } from './one-of.ts';

/** What a team is for. `partner`: a subcontractor, who sees only what was handed to it. */
export const TEAM_KINDS = ['care', 'technical', 'billing', 'sales', 'partner'] as const;
export const TeamKind = OneOf(TEAM_KINDS);
export type TeamKind = (typeof TEAM_KINDS)[number];

const StaffId = Type.String({ minLength: 1, maxLength: 64 });
const Capacity = Type.Integer({ minimum: 1, maximum: 500, description: 'Open cases that one person can hold.' });

export const TeamMember = Type.Object({
  staffId: Type.String(),
  name: Type.String(),
  lead: Type.Boolean(),
  capacity: Capacity,
  /** Cases that are open and theirs, of whichever team. */
  openCases: Type.Integer(),
  /** Away now, until then. */
  absentUntil: Type.Union([Instant, Type.Null()]),
});
export type TeamMember = Static<typeof TeamMember>;

/** GET /api/v1/teams → Team[] (deed `cases:work`); those that have ended are left out. */
export const Team = Type.Object({
  id: Id,
  name: Type.String(),
  kind: TeamKind,
  /** Working minutes in which a hand-over must be accepted. */
  acceptMinutes: Type.Integer(),
  members: Type.Array(TeamMember),
  /** Who is found while the team has no active member: everybody with the fitting role, else managers, else administrators. */
  fallback: Type.Array(Type.Object({ staffId: Type.String(), name: Type.String() })),
});
export type Team = Static<typeof Team>;

const Name = Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' });
const AcceptMinutes = Type.Integer({ minimum: 1, maximum: 10080 });

/** POST /api/v1/teams → 201 Team (deed `teams:manage`). 409 `team-name-taken`. */
export const NewTeam = Type.Object(
  { name: Name, kind: TeamKind, acceptMinutes: Type.Optional(AcceptMinutes) },
  { additionalProperties: false },
);
export type NewTeam = Static<typeof NewTeam>;

/** PATCH /api/v1/teams/:id → Team. POST /api/v1/teams/:id/restore → Team takes its end back. DELETE /api/v1/teams/:id → 204; 409 `last-team` for the last care or technical one, `team-has-cases` while cases are open. */
export const ChangeTeam = Type.Object(
  { name: Type.Optional(Name), acceptMinutes: Type.Optional(AcceptMinutes) },
  { additionalProperties: false },
);
export type ChangeTeam = Static<typeof ChangeTeam>;

/** PUT /api/v1/teams/:id/members/:staffId → Team: adds or changes. DELETE the same → Team. 409 `wrong-team`: partners belong to teams of partners only. */
export const SetTeamMember = Type.Object({ lead: Type.Boolean(), capacity: Capacity }, { additionalProperties: false });
export type SetTeamMember = Static<typeof SetTeamMember>;

/** GET /api/v1/absences → Absence[]: those that are not over, soonest first (at most 500; deed `cases:work`). */
export const Absence = Type.Object({
  id: Id,
  staffId: Type.String(),
  name: Type.String(),
  startsAt: Instant,
  endsAt: Instant,
});
export type Absence = Static<typeof Absence>;

/** POST /api/v1/absences → 201 Absence. One's own; those of others need `teams:manage`. DELETE /api/v1/absences/:id → 204. */
export const NewAbsence = Type.Object(
  { staffId: StaffId, startsAt: Instant, endsAt: Instant },
  { additionalProperties: false },
);
export type NewAbsence = Static<typeof NewAbsence>;
