import type { MassAct, MassDone, MassPreview } from '../../contract/cases.ts';
import { readIncidents } from '../network/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { Failure, invalid, notFound } from '../platform/errors.ts';
import type { CaseRecord } from './case.ts';
import { casesOfIncident } from './list-store.ts';
import { messagesOf } from './message-store.ts';
import { handOverCase } from './pass-on.ts';
import type { CasePorts } from './ports.ts';
import { scopeOf } from './scope.ts';
import { answerCase, command, reportFix } from './staff-acts.ts';

/** What is said to many can be taken back for a minute, whatever the settings say of single answers. */
const UNDO_SECONDS = 60;

/** Taken back: the preview wants to know what would happen, and nothing of it may stay. */
class OnlyLooked extends Error {}

async function actOnOne(tx: Tx, ports: CasePorts, actor: Actor, id: string, act: MassAct): Promise<string | null> {
  switch (act.act) {
    case 'answer': {
      const { words, nextWordBy } = act;
      if (!words) throw invalid('no-words', 'There is nothing in the answer.', 'Give words.');
      return await answerCase(tx, ports, actor, id, { words, ...(nextWordBy ? { nextWordBy } : {}) }, UNDO_SECONDS);
    }
    case 'hand-over':
      if (!act.teamId) throw invalid('no-team', 'It is not said to whom.', 'Give teamId.');
      await handOverCase(tx, ports, actor, id, { teamId: act.teamId, note: act.words ?? '–' });
      return null;
    case 'fix':
      await reportFix(tx, ports, actor, id, act.words);
      return null;
    case 'unlink':
      await command(tx, ports, actor, id, { do: 'link', incidentId: null });
      return null;
  }
}

async function concerned(db: Db, actor: Actor, incidentId: string, { caseIds }: MassAct): Promise<CaseRecord[]> {
  if ((await readIncidents(db, [incidentId])).length === 0) throw notFound('This incident');
  return await casesOfIncident(db, await scopeOf(db, actor), incidentId, caseIds);
}

/**
 * One act on the open cases of an incident (at most 500), each in a transaction of its own: what one case does not allow doesn't hold up the others. The messages
 * can be taken back while they wait.
 */
export async function massAct(ports: CasePorts, actor: Actor, incidentId: string, act: MassAct): Promise<MassDone> {
  const { database } = ports.platform;
  const records = await concerned(database.db, actor, incidentId, act);
  const result: MassDone = { done: 0, left: [], messageIds: [] };
  for (const record of records) {
    try {
      const messageId = await database.transaction((tx) => actOnOne(tx, ports, actor, record.id, act));
      result.done++;
      if (messageId) result.messageIds.push(messageId);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      result.left.push({ number: record.number, because: error.detail });
    }
  }
  return result;
}

/** What `massAct` would do: tried and taken back, on the first ten; the first of them shows what would be read. */
export async function previewMassAct(
  ports: CasePorts,
  actor: Actor,
  incidentId: string,
  act: MassAct,
): Promise<MassPreview> {
  const { database } = ports.platform;
  const records = await concerned(database.db, actor, incidentId, act);
  const preview: MassPreview = { cases: records.length, left: [], sample: null };
  for (const record of records.slice(0, 10)) {
    try {
      await database.transaction(async (tx) => {
        await actOnOne(tx, ports, actor, record.id, act);
        const said = (
          await messagesOf(tx, record.id, { after: record.messages, limit: 10, visibilities: ['customer'] })
        ).at(-1);
        preview.sample ??= said?.body ?? null;
        throw new OnlyLooked();
      });
    } catch (error) {
      if (error instanceof Failure) preview.left.push({ number: record.number, because: error.detail });
      else if (!(error instanceof OnlyLooked)) throw error;
    }
  }
  return preview;
}
