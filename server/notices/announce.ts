import type { Answer, ComposedText } from '../../contract/answer.ts';
import type { Settings } from '../../contract/settings.ts';
import { routeCost } from '../outbox/index.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import type { AnnouncementRecord, Audience, AudienceRow } from './announcement.ts';
import { beginTelling, promiseDecision, settleDecision } from './begin-telling.ts';
import { moveNotices } from './notice-store.ts';
import { costInCents, decideTelling, type TellingDecision, validUntil } from './rules.ts';
import {
  announcementsOf,
  countAudience,
  insertAnnouncement,
  mostPeopleReleased,
  setAudience,
  supersedeAnnouncements,
  withdrawUnsent,
} from './store.ts';
import { composeFor, OVER, type TellingPorts } from './telling.ts';

export interface NewAnnouncement {
  subjectKind: string;
  subjectId: string;
  answer: Answer;
  audience: Audience;
  /** A person wrote it: it can be undone for a while. */
  byStaff: boolean;
}

/** Whose line is concerned: down always, degraded only where the settings say so or that is what the announcement is about. */
export const concernedEffects = (settings: Settings, kind: Answer['kind']): string[] =>
  settings.telling.tellDegraded || kind === 'outage-degraded' ? ['down', 'degraded'] : ['down'];

export interface Reach {
  texts: ComposedText[];
  audience: (AudienceRow & { parts: number; costCents: number })[];
  people: number;
  unreachable: number;
  costCents: number;
  decision: TellingDecision;
}

/** Who would be told what, at what cost, and what would happen: the preview, and what the brake decides by. Throws `empty-answer`. */
export async function reach(
  db: Db,
  platform: Platform,
  settings: Settings,
  announcement: Omit<NewAnnouncement, 'subjectKind'>,
): Promise<Reach> {
  const counted = await countAudience(
    db,
    announcement.subjectId,
    announcement.audience,
    concernedEffects(settings, announcement.answer.kind),
  );
  const audience: Reach['audience'] = [];
  const texts: ComposedText[] = [];
  const costs: { people: number; parts: number; millicentsPerPart: number }[] = [];
  // Composing for the operator's own language even when nobody is there: an answer without its parts is refused in any case.
  const wanted =
    counted.rows.length > 0
      ? counted.rows
      : [{ channel: 'sms' as const, language: settings.operator.defaultLanguage, people: 0 }];
  for (const row of wanted) {
    const text = composeFor(platform, settings, announcement.answer, row.channel, row.language);
    texts.push(text);
    const cost = {
      people: row.people,
      parts: text.parts,
      millicentsPerPart: (await routeCost(db, row.channel))?.millicentsPerPart ?? 0,
    };
    costs.push(cost);
    audience.push({ ...row, parts: text.parts, costCents: costInCents([cost]) });
  }
  const costCents = costInCents(costs);
  const decision = decideTelling(settings.telling, {
    people: counted.people,
    costCents,
    byStaff: announcement.byStaff,
    releasedPeople: await mostPeopleReleased(db, announcement.subjectId),
  });
  return {
    texts,
    audience: counted.rows.length > 0 ? audience : [],
    people: counted.people,
    unreachable: counted.unreachable,
    costCents,
    decision,
  };
}

/**
 * Says something about a subject to everybody concerned: one row, committed with the deed that it speaks of; the fan-out follows in chunks.
 * Whether it is told, waits for a person, can be undone, or is only observed is the brake's decision.
 */
export async function announce(
  tx: Tx,
  platform: Platform,
  ports: TellingPorts,
  actor: Actor,
  announcement: NewAnnouncement,
): Promise<AnnouncementRecord> {
  const settings = await readSettings(tx);
  const { clock } = platform;
  if (announcement.audience === 'unheard') {
    const first = await absorbIntoWaiting(tx, platform, settings, announcement);
    if (first) return first;
  }
  const { people, costCents, decision } = await reach(tx, platform, settings, announcement);
  const record = await insertAnnouncement(tx, {
    id: newId(),
    subjectKind: announcement.subjectKind,
    subjectId: announcement.subjectId,
    kind: announcement.answer.kind,
    answer: announcement.answer,
    audience: announcement.audience,
    state: decision.state,
    stateReason: decision.reason,
    madeAt: clock.business(),
    actor: storedActor(actor),
    releaseAt:
      decision.state === 'undoable' ? new Date(clock.system().getTime() + settings.telling.undoSeconds * 1000) : null,
    audienceCount: people,
    costCents,
    validUntil: validUntil(announcement.answer.kind, settings.telling, clock.business()),
  });
  await recordEvents(tx, clock, actor, [
    {
      kind: 'announcement.made',
      subjectKind: record.subjectKind,
      subjectId: record.subjectId,
      data: {
        announcement: record.id,
        number: record.number,
        kind: record.kind,
        state: record.state,
        reason: record.stateReason,
        people,
        costCents,
        expectedEnd: record.answer.expectedEnd,
      },
    },
  ]);
  if (record.audience !== 'unheard') await supersedeFormer(tx, platform, record);
  if (decision.state === 'telling') await beginTelling(tx, platform, ports, actor, settings, record, false);
  if (decision.state === 'observed') await ports.onTelling(tx, actor, record);
  if (decision.state === 'waiting') await promiseDecision(tx, platform, actor, settings, record);
  await settleDecision(tx, platform, actor, record, 'replaced by a newer announcement');
  return record;
}

/**
 * What was made before and has not begun is stale now. What staff can still undo leaves what waits for a person alone: after an undo it still waits.
 * What says that it is over ends also what is being told, whether or not it may be said now: nobody hears any more that it began.
 */
async function supersedeFormer(tx: Tx, platform: Platform, record: AnnouncementRecord): Promise<void> {
  const over = OVER.has(record.kind);
  await supersedeAnnouncements(tx, record.subjectId, record.id, [
    'undoable',
    ...(record.state === 'undoable' && !over ? [] : ['waiting' as const]),
    ...(over ? ['telling' as const] : []),
  ]);
  if (over && record.state !== 'telling')
    await withdrawUnsent(tx, record.subjectId, 'superseded', platform.clock.business());
}

/** More people are concerned while the first word still waits for a person: it is for them too, and one decision is enough. */
async function absorbIntoWaiting(
  tx: Tx,
  platform: Platform,
  settings: Settings,
  announcement: NewAnnouncement,
): Promise<AnnouncementRecord | null> {
  const waiting = (await announcementsOf(tx, [announcement.subjectId])).find(
    (former) => former.state === 'waiting' && former.audience === 'concerned',
  );
  if (!waiting) return null;
  const { people, costCents } = await reach(tx, platform, settings, { ...announcement, audience: 'concerned' });
  await setAudience(tx, waiting.id, people, costCents);
  return { ...waiting, audienceCount: people, costCents };
}

/** Two subjects turned out to be one: what was about to be said about the first is not said, and who heard of it heard of the second. */
export async function joinSubjects(tx: Tx, fromId: string, intoId: string, at: Date): Promise<void> {
  await supersedeAnnouncements(tx, fromId, intoId, ['waiting', 'undoable', 'telling']);
  await withdrawUnsent(tx, fromId, 'superseded', at);
  await moveNotices(tx, fromId, intoId);
}
