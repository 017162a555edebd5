import type { Answer, ComposedText } from '../../contract/answer.ts';
import type { Settings } from '../../contract/settings.ts';
import { routeCost, saveTexts } from '../outbox/index.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { Failure } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { makePromise, settleOpenPromises } from '../promises/index.ts';
import { readSettings } from '../settings/index.ts';
import type { AnnouncementRecord, Audience, AudienceRow } from './announcement.ts';
import { compose } from './compose/index.ts';
import { costInCents, decideTelling, type TellingDecision, validUntil } from './rules.ts';
import {
  beginAnnouncement,
  countAudience,
  hasPersonReleased,
  insertAnnouncement,
  lockAnnouncement,
  setAnnouncementState,
  supersedeAnnouncements,
  takeReleasable,
  withdrawUnsent,
} from './store.ts';

/** What others do when an announcement is really told: its facts become those of the subject, its promise is made, the public page shows it. */
export interface TellingPorts {
  onTelling(tx: Tx, actor: Actor, announcement: AnnouncementRecord): Promise<void>;
}

/** What ends a subject for those who heard of it. */
const OVER: ReadonlySet<Answer['kind']> = new Set(['restored', 'called-off']);

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
    releasedBefore: await hasPersonReleased(db, announcement.subjectId),
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

export const composeFor = (
  platform: Platform,
  settings: Settings,
  answer: Answer,
  channel: 'sms' | 'email',
  language: 'it' | 'en',
): ComposedText =>
  compose(answer, {
    channel,
    language,
    timeZone: platform.timeZone,
    operator: settings.operator,
    statusUrl: `${platform.publicUrl}/status`,
    now: platform.clock.business(),
    unsubscribe: true,
  });

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
  // What was made before and has not begun is stale now, whatever becomes of this one; what is being told goes on until this one is told.
  if (record.audience !== 'unheard')
    await supersedeAnnouncements(tx, record.subjectId, record.id, ['waiting', 'undoable']);
  if (OVER.has(record.kind) && decision.state !== 'telling') {
    // It is over, whether or not that may be said now: nobody hears any more that it began.
    await supersedeAnnouncements(tx, record.subjectId, record.id, ['telling']);
    await withdrawUnsent(tx, record.subjectId, 'superseded', clock.business());
  }
  if (decision.state !== 'waiting') {
    const subject = { kind: record.subjectKind, id: record.subjectId };
    await settleOpenPromises(
      tx,
      clock,
      actor,
      subject,
      { as: 'kept', factAt: clock.business(), because: 'replaced by a newer announcement' },
      ['telling-decision'],
    );
  }
  if (decision.state === 'telling') await beginTelling(tx, platform, ports, actor, settings, record, false);
  if (decision.state === 'observed') await ports.onTelling(tx, actor, record);
  if (decision.state === 'waiting') {
    await makePromise(tx, clock, actor, {
      kind: 'telling-decision',
      subjectKind: record.subjectKind,
      subjectId: record.subjectId,
      promisee: { kind: 'staff' },
      dueAt: new Date(clock.business().getTime() + settings.telling.decisionMinutes * 60_000),
      saidIn: record.id,
    });
  }
  return record;
}

/** From here on it is told: earlier words are taken back, the texts composed for this moment, the fan-out begins. */
async function beginTelling(
  tx: Tx,
  platform: Platform,
  ports: TellingPorts,
  actor: Actor,
  settings: Settings,
  record: AnnouncementRecord,
  byPerson: boolean,
): Promise<void> {
  const { clock } = platform;
  const now = clock.business();
  const answer = refresh(record.answer, settings, now);
  const until = validUntil(record.kind, settings.telling, now);
  if (record.audience !== 'unheard') {
    await supersedeAnnouncements(tx, record.subjectId, record.id, ['waiting', 'undoable', 'telling']);
    await withdrawUnsent(tx, record.subjectId, 'superseded', now);
  }
  await beginAnnouncement(tx, record.id, answer, until, byPerson);
  // For every channel and language, though nobody may need one now: customers come while the fan-out goes on.
  await saveTexts(
    tx,
    record.id,
    (['sms', 'email'] as const).flatMap((channel) =>
      (['it', 'en'] as const).map((language) => composeFor(platform, settings, answer, channel, language)),
    ),
  );
  await settleOpenPromises(
    tx,
    clock,
    actor,
    { kind: record.subjectKind, id: record.subjectId },
    { as: 'kept', factAt: now, because: 'decided' },
    ['telling-decision'],
  );
  await recordEvents(tx, clock, actor, [
    {
      kind: 'announcement.telling',
      subjectKind: record.subjectKind,
      subjectId: record.subjectId,
      data: { announcement: record.id, number: record.number, kind: record.kind },
    },
  ]);
  await ports.onTelling(tx, actor, { ...record, answer });
}

/** While an announcement waited, the time for the next word may have passed: then it is promised anew. A passed expected end is refused by composing. */
function refresh(answer: Answer, settings: Settings, now: Date): Answer {
  if (answer.nextWordBy === null || new Date(answer.nextWordBy) > now) return answer;
  return {
    ...answer,
    nextWordBy: new Date(now.getTime() + settings.incidents.firstWordMinutes * 60_000).toISOString(),
  };
}

const gone = (what: string): Failure =>
  new Failure({
    code: 'announcement-settled',
    kind: 'conflict',
    detail: `This announcement ${what}.`,
    help: 'Look at the incident as it is now; make a new announcement if it needs one.',
  });

/** Takes back what staff made, before its undo window ends. Nobody was told anything. */
export async function undoAnnouncement(platform: Platform, actor: Actor, id: string): Promise<AnnouncementRecord> {
  return await settleByPerson(platform, id, async (tx, record) => {
    if (record.state !== 'undoable')
      throw gone(
        record.state === 'telling' || record.state === 'told' ? 'is already on its way' : `is ${record.state}`,
      );
    await setAnnouncementState(tx, id, 'undone', null);
    await recordEvents(tx, platform.clock, actor, [
      {
        kind: 'announcement.undone',
        subjectKind: record.subjectKind,
        subjectId: record.subjectId,
        data: { announcement: id },
      },
    ]);
  });
}

/** A person lets an announcement go that the brake held. */
export async function releaseAnnouncement(
  platform: Platform,
  ports: TellingPorts,
  actor: Actor,
  id: string,
): Promise<AnnouncementRecord> {
  return await settleByPerson(platform, id, async (tx, record) => {
    if (record.state !== 'waiting') throw gone(`is ${record.state}`);
    const settings = await readSettings(tx);
    if (!settings.telling.on)
      throw new Failure({
        code: 'telling-off',
        kind: 'conflict',
        detail: 'Telling is switched off.',
        help: 'An administrator can switch it on in the settings.',
      });
    if (settings.telling.paused)
      throw new Failure({
        code: 'telling-paused',
        kind: 'conflict',
        detail: 'Everything is paused.',
        help: 'End the pause in the settings first.',
      });
    await recordEvents(tx, platform.clock, actor, [
      {
        kind: 'announcement.released',
        subjectKind: record.subjectKind,
        subjectId: record.subjectId,
        data: { announcement: id },
      },
    ]);
    await beginTelling(tx, platform, ports, actor, settings, record, true);
  });
}

/** A person decides that a waiting announcement is not told. */
export async function refuseAnnouncement(platform: Platform, actor: Actor, id: string): Promise<AnnouncementRecord> {
  return await settleByPerson(platform, id, async (tx, record) => {
    if (record.state !== 'waiting') throw gone(`is ${record.state}`);
    await setAnnouncementState(tx, id, 'refused', null);
    await settleOpenPromises(
      tx,
      platform.clock,
      actor,
      { kind: record.subjectKind, id: record.subjectId },
      { as: 'kept', factAt: platform.clock.business(), because: 'refused by a person' },
      ['telling-decision'],
    );
    await recordEvents(tx, platform.clock, actor, [
      {
        kind: 'announcement.refused',
        subjectKind: record.subjectKind,
        subjectId: record.subjectId,
        data: { announcement: id },
      },
    ]);
  });
}

async function settleByPerson(
  platform: Platform,
  id: string,
  settle: (tx: Tx, record: AnnouncementRecord) => Promise<void>,
): Promise<AnnouncementRecord> {
  return await platform.database.transaction(async (tx) => {
    const record = await lockAnnouncement(tx, id);
    if (!record)
      throw new Failure({
        code: 'not-found',
        kind: 'not-found',
        detail: 'This announcement does not exist.',
        help: 'Look at the incident that it belongs to.',
      });
    await settle(tx, record);
    return (await lockAnnouncement(tx, id)) ?? record;
  });
}

/** Begins what may begin: undo windows that are over, and what waited for the pause to end. Returns how many. */
export async function releaseDueAnnouncements(platform: Platform, ports: TellingPorts): Promise<number> {
  return await platform.database.transaction(async (tx) => {
    const settings = await readSettings(tx);
    const records = await takeReleasable(tx, platform.clock.system(), settings.telling.paused);
    for (const record of records) {
      const actor = record.actor as unknown as Actor;
      if (settings.telling.paused || !settings.telling.on) {
        await setAnnouncementState(
          tx,
          record.id,
          settings.telling.on ? 'waiting' : 'observed',
          settings.telling.on ? 'paused' : 'observing',
        );
        continue;
      }
      try {
        await beginTelling(tx, platform, ports, actor, settings, record, false);
      } catch (error) {
        // Its time passed while it waited: a person writes it anew, and the promise of a decision sees to it.
        if (!(error instanceof Failure)) throw error;
        await setAnnouncementState(tx, record.id, 'refused', error.code);
        await recordEvents(tx, platform.clock, { kind: 'rule', name: 'stale announcement' }, [
          {
            kind: 'announcement.refused',
            subjectKind: record.subjectKind,
            subjectId: record.subjectId,
            data: { announcement: record.id, because: error.code },
          },
        ]);
      }
    }
    return records.length;
  });
}
