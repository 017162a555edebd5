import type { Readable } from 'node:stream';
import type { Actor } from '../platform/actor.ts';
import { notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { type CaseFile, readCaseFile } from './case-store.ts';
import { addCaseTo, zipStream } from './case-zip.ts';
import { caseIdsOf, readPartyRecord } from './party-store.ts';

/**
 * All that is kept about a party, to be handed to them (GDPR, articles 15 and 20): party.json, and each of their cases as they may see it in a folder of its
 * own. Recorded. Throws `not-found`.
 */
export async function exportParty(
  platform: Platform,
  actor: Actor,
  partyId: string,
): Promise<{ name: string; archive: Readable }> {
  const { db } = platform.database;
  const record = await readPartyRecord(db, partyId);
  if (!record) throw notFound('This party');
  const { operator } = await readSettings(db);
  const facts = { operator: operator.name, timeZone: platform.timeZone, madeAt: platform.clock.business() };
  const files: CaseFile[] = [];
  for (const id of await caseIdsOf(db, partyId)) {
    const file = await readCaseFile(db, id, 'customer');
    if (file) files.push(file);
  }
  await platform.database.transaction((tx) =>
    recordEvents(tx, platform.clock, actor, [
      { kind: 'party.exported', subjectKind: 'party', subjectId: partyId, data: { cases: files.length } },
    ]),
  );
  const text = JSON.stringify(
    { format: 'filodiretto-party/1', ...facts, ...record, cases: files.map((file) => file.facts.number) },
    null,
    2,
  );
  const archive = zipStream((zip) => {
    zip.addBuffer(Buffer.from(`${text}\n`), 'party.json', { mtime: facts.madeAt });
    for (const file of files)
      addCaseTo(zip, db, file, { ...facts, language: file.facts.language }, `cases/${file.facts.number}/`);
  });
  return { name: `party-${partyId}.zip`, archive };
}
