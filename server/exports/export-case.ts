import type { Readable } from 'node:stream';
import type { Language } from '../../contract/answer.ts';
import { mayDo } from '../../contract/deeds.ts';
import type { Actor } from '../platform/actor.ts';
import { notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { type Audience, type CaseFile, readCaseFile } from './case-store.ts';
import { addCaseTo, zipStream } from './case-zip.ts';

export interface CaseExport {
  /** What a person may call the file. */
  name: string;
  /** A ZIP: the document, messages as text, raw originals, attachments, index.json. It must be read to its end or destroyed. */
  archive: Readable;
}

/**
 * A case as it goes to a procedure (ConciliaWeb), to the customer, or to whoever asks for the whole file. `audience` customer: without notes, claims
 * of strangers and what is for partners or the house. That it was made is recorded. Throws `not-found`, also for a complaint about somebody's
 * behaviour that the actor may not see.
 */
export async function exportCase(
  platform: Platform,
  actor: Actor,
  caseId: string,
  { audience, language }: { audience: Audience; language?: Language },
): Promise<CaseExport> {
  const { db } = platform.database;
  const [file, settings] = [await readCaseFile(db, caseId, audience), await readSettings(db)];
  if (!file || !maySee(actor, file)) throw notFound('This case');
  await platform.database.transaction((tx) =>
    recordEvents(tx, platform.clock, actor, [
      { kind: 'case.exported', subjectKind: 'case', subjectId: caseId, data: { audience } },
    ]),
  );
  const facts = {
    language: language ?? file.facts.language,
    operator: settings.operator.name,
    timeZone: platform.timeZone,
    madeAt: platform.clock.business(),
  };
  return { name: `${file.facts.number}.zip`, archive: zipStream((zip) => addCaseTo(zip, db, file, facts)) };
}

const maySee = (actor: Actor, { facts }: CaseFile): boolean =>
  facts.topic !== 'conduct' ||
  actor.kind !== 'staff' ||
  mayDo(actor.roles, 'cases:complaints') ||
  facts.ownerId === actor.id;
