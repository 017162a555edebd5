import { wholeBlob } from '../platform/blobs.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import { Setbacks } from '../platform/setbacks.ts';
import { readSettings } from '../settings/index.ts';
import { readGiven } from './given.ts';
import { hearReceipt, hearReturned } from './hear-returned.ts';
import { type Inbound, plainReading, type Reading } from './intake.ts';
import { joinLateParts } from './keep-sms.ts';
import { readLexicon } from './lexicon-store.ts';
import { teamOfMailbox, trustOfMailbox } from './mailbox-store.ts';
import { consentWordOf, obeyConsent } from './obey-consent.ts';
import { addressOf, contactChannel, type Placed, type Placing, placeMessage, wordsHash } from './place-message.ts';
import type { IntakePorts } from './ports.ts';
import { workOffQuiet } from './quiet-mail.ts';
import { decideInbound, type InboundDecision } from './rules.ts';
import { blockedAmong, heardSince, isOwnAddress, lockSender } from './sender-store.ts';
import { nextInbounds, type Outcome, sameMail, settleInbound, takeInbound } from './store.ts';

const HOUR = 3_600_000;
/** So many in one call: what fell due waits no longer than that. */
const MOST_AT_ONCE = 500;
/**
 * So many messages at the same time, and so many in one transaction: a server works on several while each waits for its statements. The embedded engine has one session, and no other
 * process whose locks could cross those of several messages.
 */
const PACE = { embedded: { lanes: 1, together: 8 }, postgresql: { lanes: 4, together: 1 } } as const;

/** Works off what came in; one for a process, since it remembers what failed. Returns how many messages were worked off. */
export function createIntake(ports: IntakePorts): () => Promise<number> {
  const setbacks = new Setbacks();
  return async () =>
    (await joinLateParts(ports.platform)) +
    (await workOffInbound(ports, setbacks)) +
    (await workOffQuiet(ports, setbacks, (inbound) => workOffOne(ports, setbacks, inbound)));
}

/**
 * Everything that came in, oldest first, those of one number one after the other. It is read before: what takes long must not hold the one session of the embedded
 * engine. What fails is tried again later and holds up nothing behind it.
 */
async function workOffInbound(ports: IntakePorts, setbacks: Setbacks): Promise<number> {
  const { clock, database } = ports.platform;
  /** Senders by the messages that are being worked off. */
  const busy = new Map<string, string>();
  const elsewhere: string[] = [];
  let done = 0;
  const { lanes, together } = PACE[database.engine];
  const lane = async (): Promise<void> => {
    while (done < MOST_AT_ONCE) {
      const skipped = [...setbacks.skipped(clock.system()), ...elsewhere, ...busy.keys()];
      // Enough for all lanes: while this one asked, others took the first of them.
      const found = await nextInbounds(database.db, skipped, [...busy.values()], lanes * together);
      const others = new Set(busy.values());
      const mine = found
        .filter(({ id, sender }) => !busy.has(id) && (sender === '' || !others.has(sender)))
        .slice(0, together);
      if (mine.length === 0) return;
      for (const { id, sender } of mine) busy.set(id, sender);
      const fates = await workOffSome(ports, setbacks, mine).finally(() => {
        for (const { id } of mine) busy.delete(id);
      });
      for (const [id, fate] of fates) {
        if (fate === 'elsewhere') elsewhere.push(id);
        if (fate === 'done') setbacks.clear(id);
      }
      done += [...fates.values()].filter((fate) => fate === 'done').length;
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return done;
}

/** `elsewhere`: another process has it. `failed`: noted, and tried again later. */
type Fate = 'done' | 'elsewhere' | 'failed';

/** Small ones in one transaction, so that what each of them needs is asked once; when one fails, each in its own: only that one is tried again later. */
async function workOffSome(
  ports: IntakePorts,
  setbacks: Setbacks,
  some: readonly Inbound[],
): Promise<Map<string, Fate>> {
  if (some.length > 1 && some.every(({ rawBlob }) => rawBlob === null)) {
    try {
      const readings = await Promise.all(some.map((inbound) => readInbound(ports, inbound)));
      return await ports.platform.database.transaction(async (tx) => {
        const fates = new Map<string, Fate>();
        for (const [index, inbound] of some.entries()) {
          const reading = readings[index];
          const isDone = reading !== undefined && (await takeAndWorkOff(tx, ports, inbound, reading));
          fates.set(inbound.id, isDone ? 'done' : 'elsewhere');
        }
        return fates;
      });
    } catch (error) {
      ports.platform.log.warn({ problem: String(error) }, 'messages could not be worked off together; now one by one');
    }
  }
  const fates = new Map<string, Fate>();
  for (const inbound of some) fates.set(inbound.id, await workOffOne(ports, setbacks, inbound));
  return fates;
}

/** False: another process has it. */
async function takeAndWorkOff(tx: Tx, ports: IntakePorts, inbound: Inbound, reading: Reading): Promise<boolean> {
  const [isLeft] = await Promise.all([takeInbound(tx, inbound.id), readSettings(tx), readLexicon(tx)]);
  if (isLeft) await workOff(tx, ports, inbound, reading);
  return isLeft;
}

async function workOffOne(ports: IntakePorts, setbacks: Setbacks, inbound: Inbound): Promise<Fate> {
  const { clock, database, log } = ports.platform;
  try {
    const reading = await readInbound(ports, inbound);
    const isOurs = await database.transaction((tx) => takeAndWorkOff(tx, ports, inbound, reading));
    if (!isOurs) return 'elsewhere';
    setbacks.clear(inbound.id);
    return 'done';
  } catch (error) {
    setbacks.note(inbound.id, clock.system());
    log.error(
      { message: inbound.id, problem: (error as Error).stack ?? String(error) },
      'a message that came in could not be worked off; it is tried again, the rest goes on',
    );
    return 'failed';
  }
}

/** What was received, read: again at any time, since it is kept as it came. */
export async function readInbound(ports: IntakePorts, inbound: Inbound): Promise<Reading> {
  if (inbound.channel === 'sms') return plainReading({ sender: inbound.sender, text: inbound.text });
  const raw = inbound.rawBlob ? await wholeBlob(ports.platform.database.db, inbound.rawBlob) : inbound.raw;
  if (inbound.channel === 'web' || inbound.channel === 'api')
    return await readGiven(ports.platform.database.db, raw ?? Buffer.alloc(0));
  const mailbox = inbound.mailboxId ? await trustOfMailbox(ports.platform.database.db, inbound.mailboxId) : null;
  return await ports.read(inbound, raw ?? Buffer.alloc(0), mailbox ?? { authservId: null, trustedRoots: null });
}

/** One message, in the caller's transaction: decided, and in a case or kept with the reason why not. */
export async function workOff(
  tx: Tx,
  ports: IntakePorts,
  inbound: Inbound,
  reading: Reading,
  placing: Partial<Placing> = {},
): Promise<Placed | null> {
  const { clock } = ports.platform;
  const now = clock.business();
  const { operator } = await readSettings(tx);
  const sender = reading.sender ?? inbound.sender;
  const channel = contactChannel(inbound.channel, sender);
  const address = addressOf(inbound.channel, sender, operator.country);
  if (address !== '') await lockSender(tx, address);
  const words = wordsHash(reading);
  const kept =
    inbound.mailboxId === null
      ? {}
      : { sender: address, text: [reading.subject, reading.text].filter(Boolean).join(' · ') };
  const [same, isOwn, heardWithinHour, blocked] = await Promise.all([
    reading.mailId ? sameMail(tx, { id: inbound.id, mailId: reading.mailId, wordsHash: words }) : null,
    channel !== null && channel !== 'sms' && isOwnAddress(tx, address),
    heardSince(tx, kept.sender ?? inbound.sender, new Date(now.getTime() - HOUR), inbound.id),
    blockedAmong(tx, [address, address.slice(address.lastIndexOf('@'))]),
  ]);
  const decision = decideInbound(inbound, reading, {
    consentWord: consentWordOf(reading),
    isOwnAddress: isOwn,
    repeats: same?.id ?? null,
    heardWithinHour,
    blocked,
  });
  const outcome: Outcome = {
    ...kept,
    decision: null,
    caseId: null,
    trouble: null,
    facts: { words },
    mailId: reading.mailId,
  };
  const placed = await act(tx, ports, {
    inbound,
    reading,
    decision,
    placing,
    outcome,
    address,
    repeats: same?.caseId ?? null,
  });
  if (reading.problems.length > 0) outcome.facts.problems = reading.problems.slice(0, 20);
  await settleInbound(tx, inbound.id, outcome, now);
  if (outcome.decision !== null)
    await recordEvents(tx, clock, { kind: 'rule', name: 'intake' }, [
      { kind: 'message.decided', subjectKind: 'inbound', subjectId: inbound.id, data: { decision: outcome.decision } },
    ]);
  return placed;
}

async function act(
  tx: Tx,
  ports: IntakePorts,
  given: {
    inbound: Inbound;
    reading: Reading;
    decision: InboundDecision;
    placing: Partial<Placing>;
    outcome: Outcome;
    address: string;
    repeats: string | null;
  },
): Promise<Placed | null> {
  const { inbound, reading, decision, placing, outcome, address } = given;
  switch (decision.kind) {
    case 'consent': {
      const channel = inbound.channel === 'sms' ? 'sms' : 'email';
      outcome.decision = await obeyConsent(tx, ports, decision.word, {
        channel,
        address,
        inboundId: inbound.id,
        text: reading.text,
      });
      return null;
    }
    case 'bounce':
      outcome.decision = 'bounce';
      outcome.facts.unreachable = (await hearReturned(tx, ports, reading, decision.returned)).unreachable;
      return null;
    case 'receipt':
      outcome.decision = 'receipt';
      outcome.facts.about = await hearReceipt(tx, ports, inbound, reading);
      return null;
    case 'set aside':
      outcome.decision = decision.decision;
      outcome.facts.why = decision.why;
      if (decision.decision === 'repeat') outcome.facts.about = given.repeats;
      return null;
    case 'words': {
      outcome.trouble = decision.look;
      const placed = await placeMessage(tx, ports, inbound, reading, {
        teamId: inbound.mailboxId ? await teamOfMailbox(tx, inbound.mailboxId) : null,
        ...placing,
        mayBeAnswered: decision.mayBeAnswered && (placing.mayBeAnswered ?? true),
      });
      outcome.caseId = placed.caseId;
      Object.assign(outcome.facts, placed.facts);
      return placed;
    }
  }
}
