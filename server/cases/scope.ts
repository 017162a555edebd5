import { type Deed, mayDo } from '../../contract/deeds.ts';
import type { Actor } from '../platform/actor.ts';
import type { Db } from '../platform/database/database.ts';
import { Failure, notFound } from '../platform/errors.ts';
import { teamsOf } from '../teams/index.ts';
import type { CaseRecord, MessageRecord } from './case.ts';
import { openHandOver } from './store.ts';

/** What of cases somebody may see. */
export interface CaseScope {
  staffId: string;
  teamIds: string[];
  /** A subcontractor: only what was handed to its teams, and of that only what is meant for it. */
  partner: boolean;
  /** Complaints about behaviour; others see only those that are given to them. */
  complaints: boolean;
}

/** The scope of somebody on staff; anybody else has none (the routes are staff's). */
export async function scopeOf(db: Db, actor: Actor): Promise<CaseScope> {
  if (actor.kind !== 'staff') throw notFound('This case');
  return {
    staffId: actor.id,
    teamIds: (await teamsOf(db, actor.id)).map(({ id }) => id),
    partner: !mayDo(actor.roles, 'cases:work'),
    complaints: mayDo(actor.roles, 'cases:complaints'),
  };
}

export const visibleTo = (scope: CaseScope): MessageRecord['visibility'][] =>
  scope.partner ? ['customer', 'partner'] : ['customer', 'partner', 'operator'];

/** Throws `not-found` for a case that somebody may not see: not even that it is there. */
export async function requireVisible(db: Db, scope: CaseScope, record: CaseRecord): Promise<void> {
  if (record.topic === 'conduct' && !scope.complaints && (scope.partner || record.ownerId !== scope.staffId))
    throw notFound('This case');
  if (!scope.partner) return;
  const handed = record.teamId ?? '';
  if (scope.teamIds.includes(handed)) return;
  const open = await openHandOver(db, record.id);
  if (!open || !scope.teamIds.includes(open.toTeamId)) throw notFound('This case');
}

export function requireDeed(actor: Actor, deed: Deed): void {
  if (actor.kind !== 'staff' || mayDo(actor.roles, deed)) return;
  throw new Failure({
    code: 'not-allowed',
    kind: 'forbidden',
    detail: `Your roles don't allow "${deed}".`,
    help: 'Ask somebody whose role does.',
  });
}

/** Whoever works on cases may, and who repairs. */
export function requireWorkOrTechnical(actor: Actor): void {
  if (actor.kind === 'staff' && mayDo(actor.roles, 'cases:work')) return;
  requireDeed(actor, 'cases:technical');
}
