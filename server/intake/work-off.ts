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
import { nextInbound, type Outcome, sameMail, settleInbound, takeInbound } from './store.ts';

const HOUR = 3_600_000;
/** So many in one call: what fell due waits no longer than that. */
const MOST_AT_ONCE = 500;
/** So many messages at the same time: a server works on several while each waits for its statements; the embedded engine has one session. */
const LANES = { embedded: 1, postgresql: 4 } as const;

/** Works off what came in; one for a process, since it remembers what failed. Returns how many messages were worked off. */
export function createIntake(ports: IntakePorts): () => Promise<number> {
  const setbacks = new Setbacks();
  return async () =>
    (await joinLateParts(ports.platform)) +
    (await workOffInbound(ports, setbacks)) +
    (await workOffQuiet(ports, setbacks, (inbound) => workOffOne(ports, setbacks, inbound)));
}

/**
 * Everything that came in, oldest first, each message in a transaction of its own, those of one number one after the other. It is read before: what takes long
 * must not hold the one session of the embedded engine. What fails is tried again later and holds up nothing behind it.
 */
async function workOffInbound(ports: IntakePorts, setbacks: Setbacks): Promise<number> {
  const { clock, database } = ports.platform;
  /** Senders by the messages that are being worked off. */
  const busy = new Map<string, string>();
  const elsewhere: string[] = [];
  let done = 0;
  const lane = async (): Promise<void> => {
    while (done < MOST_AT_ONCE) {
      const skipped = [...setbacks.skipped(clock.system()), ...elsewhere, ...busy.keys()];
      const inbound = await nextInbound(database.db, skipped, [...busy.values()]);
      if (!inbound) return;
      if (busy.has(inbound.id) || (inbound.sender !== '' && [...busy.values()].includes(inbound.sender))) continue; // another lane was faster
      busy.set(inbound.id, inbound.sender);
      const fate = await workOffOne(ports, setbacks, inbound).finally(() => busy.delete(inbound.id));
      if (fate === 'elsewhere') elsewhere.push(inbound.id);
      if (fate === 'done') done++;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: LANES[database.engine] }, lane));
  const failed = lanes.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return done;
}

/** `elsewhere`: another process has it. `failed`: noted, and tried again later. */
async function workOffOne(
  ports: IntakePorts,
  setbacks: Setbacks,
  inbound: Inbound,
): Promise<'done' | 'elsewhere' | 'failed'> {
  const { clock, database, log } = ports.platform;
  try {
    const reading = await readInbound(ports, inbound);
    const isOurs = await database.transaction(async (tx) => {
      const [isLeft] = await Promise.all([takeInbound(tx, inbound.id), readSettings(tx), readLexicon(tx)]);
      if (!isLeft) return false;
      await workOff(tx, ports, inbound, reading);
      return true;
    });
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
