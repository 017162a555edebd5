import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { Setbacks, workThrough } from '../platform/setbacks.ts';
import { setPromiseOwner } from '../promises/index.ts';
import { readSettings } from '../settings/index.ts';
import { absentPeople, awayAt, presentAmong, takesOver, teamFor } from '../teams/index.ts';
import { mailStaff, peopleOn } from './carry-out.ts';
import type { CaseRecord } from './case.ts';
import type { CasePorts } from './ports.ts';
import { passedOnMail } from './staff-mail.ts';
import { takeCasesOfOwners, updateCase } from './store.ts';

const ABSENCE: Actor = { kind: 'rule', name: 'owner not there' };
/** Cases in one transaction, and transactions in one round. */
const AT_ONCE = 20;
const MOST = 20;
const setbacks = new Setbacks();

/**
 * Open cases whose owner is away or has left the house go to somebody who is there, with their promises: on a rung of the ladder to one of its people, else to
 * somebody of the team with capacity, else to who leads it. Complaints about conduct go to leads only. Nothing comes back by itself. Where nobody at all is there the
 * case is nobody's, and its ladder counts. Returns how many batches moved.
 */
export async function passOnOfAbsent(ports: CasePorts): Promise<number> {
  const { platform } = ports;
  const absent = await absentPeople(platform.database.db, platform.clock.business());
  if (absent.size === 0) return 0;
  return await workThrough(platform, setbacks, 'cases of somebody who is not there', MOST, async (tx, skipped) => {
    const owners = [...absent.keys()].filter((id) => !skipped.includes(id));
    const records = await takeCasesOfOwners(tx, owners, AT_ONCE);
    const from = records[0]?.ownerId;
    if (!from) return null;
    return { id: from, work: () => passOn(tx, ports, records, absent.get(from) ?? 'away') };
  });
}

async function passOn(
  tx: Tx,
  ports: CasePorts,
  records: readonly CaseRecord[],
  because: 'away' | 'left',
): Promise<void> {
  const { clock, publicUrl } = ports.platform;
  const given = new Map<string, CaseRecord[]>();
  for (const record of records) {
    const ownerId = await newOwner(tx, ports, record);
    await updateCase(tx, record.id, { ownerId });
    await setPromiseOwner(tx, record.id, ownerId);
    await recordEvents(tx, clock, ABSENCE, [
      {
        kind: 'case.passed-on',
        subjectKind: 'case',
        subjectId: record.id,
        data: { from: record.ownerId, to: ownerId, because },
      },
    ]);
    if (ownerId) given.set(ownerId, [...(given.get(ownerId) ?? []), record]);
  }
  const language = (await readSettings(tx)).operator.defaultLanguage;
  for (const [ownerId, cases] of given) {
    const links = cases.map(({ id, number }) => ({ number, link: `${publicUrl}/desk/cases/${id}` }));
    await mailStaff(tx, ports, language, [ownerId], passedOnMail({ cases: links, because, language }));
  }
}

async function newOwner(tx: Tx, { platform }: CasePorts, record: CaseRecord): Promise<string | null> {
  const now = platform.clock.business();
  const teamId = record.teamId ?? (await teamFor(tx, platform.clock, record.topic)).id;
  if (record.rung > 0) {
    const people = await peopleOn(tx, { settings: await readSettings(tx), now }, record.rung, teamId);
    const [person] = await presentAmong(tx, people, now);
    if (person) return person;
  }
  return await takesOver(tx, teamId, now, record.topic === 'conduct' ? 'leads' : 'anybody');
}

/** Nobody is given what they could not look after. Throws `away`. */
export async function requireThere(tx: Tx, { platform }: CasePorts, staffId: string): Promise<void> {
  const until = (await awayAt(tx, platform.clock.business())).get(staffId);
  if (until)
    throw conflict(
      'away',
      'This person is noted as away now; the case would go to somebody else at once.',
      'Choose another, or end the absence first.',
    );
}
