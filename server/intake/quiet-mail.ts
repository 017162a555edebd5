import { smallBlobs, wholeBlob } from '../platform/blobs.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import type { Setbacks } from '../platform/setbacks.ts';
import { readSettings } from '../settings/index.ts';
import type { Inbound, Reading } from './intake.ts';
import { trustOfMailbox } from './mailbox-store.ts';
import { consentWordOf } from './obey-consent.ts';
import { addressOf, wordsHash } from './place-message.ts';
import type { IntakePorts } from './ports.ts';
import { nextQuiet, type QuietOutcome, settleQuiet, takeQuiet } from './quiet-store.ts';
import { decideInbound } from './rules.ts';
import { ownAddressesAmong } from './sender-store.ts';
import { sameMails } from './store.ts';

type MailboxTrust = NonNullable<Awaited<ReturnType<typeof trustOfMailbox>>>;
const NO_TRUST: MailboxTrust = { authservId: null, trustedRoots: null };

/** So many are read and settled together: at first start a mailbox holds years of mail. */
const TOGETHER = 100;

/**
 * Mail that is older than its mailbox's connection, a hundred at a time, after everything that may want an answer. Nearly all of it is only put aside, which is
 * done together; what says more (mail that came back, receipts, words of consent) is worked off like any message. Returns how many were settled.
 */
export async function workOffQuiet(
  ports: IntakePorts,
  setbacks: Setbacks,
  workOffOne: (inbound: Inbound) => Promise<'done' | 'elsewhere' | 'failed'>,
): Promise<number> {
  const { clock, database, log } = ports.platform;
  const waiting = await nextQuiet(database.db, setbacks.skipped(clock.system()), TOGETHER);
  if (waiting.length === 0) return 0;
  const read = await readerOf(ports, waiting);
  const plain: { inbound: Inbound; reading: Reading }[] = [];
  let done = 0;
  for (const inbound of waiting) {
    const reading = await read(inbound).catch((error: Error) => {
      setbacks.note(inbound.id, clock.system());
      log.error({ message: inbound.id, problem: error.stack ?? String(error) }, 'an old message could not be read');
      return null;
    });
    if (reading && saysNothingMore(reading)) plain.push({ inbound, reading });
    else if (reading && (await workOffOne(inbound)) === 'done') done++;
  }
  return done + (await database.transaction((tx) => putAside(tx, ports, plain)));
}

/** Reads one after the other what was fetched at once. */
async function readerOf(ports: IntakePorts, waiting: readonly Inbound[]): Promise<(mail: Inbound) => Promise<Reading>> {
  const { db } = ports.platform.database;
  const raws = await smallBlobs(
    db,
    waiting.flatMap(({ rawBlob }) => rawBlob ?? []),
  );
  const trusts = new Map<string, MailboxTrust>();
  for (const { mailboxId } of waiting)
    if (mailboxId && !trusts.has(mailboxId)) trusts.set(mailboxId, (await trustOfMailbox(db, mailboxId)) ?? NO_TRUST);
  return async (mail) => {
    const known = mail.rawBlob && raws.get(mail.rawBlob.toString('hex'));
    const raw = known ?? (mail.rawBlob ? await wholeBlob(db, mail.rawBlob) : (mail.raw ?? Buffer.alloc(0)));
    return await ports.read(mail, raw, trusts.get(mail.mailboxId ?? '') ?? NO_TRUST);
  };
}

const saysNothingMore = (reading: Reading): boolean =>
  reading.receipt === null && reading.returned.length === 0 && consentWordOf(reading) === null;

async function putAside(
  tx: Tx,
  ports: IntakePorts,
  plain: readonly { inbound: Inbound; reading: Reading }[],
): Promise<number> {
  const { clock } = ports.platform;
  const taken = await takeQuiet(
    tx,
    plain.map(({ inbound }) => inbound.id),
  );
  const { operator } = await readSettings(tx);
  const mails = plain
    .filter(({ inbound }) => taken.has(inbound.id))
    .map(({ inbound, reading }) => ({
      inbound,
      reading,
      words: wordsHash(reading),
      address: addressOf(inbound.channel, reading.sender ?? inbound.sender, operator.country),
    }));
  const own = await ownAddressesAmong(tx, [...new Set(mails.map(({ address }) => address))]);
  const known = await sameMails(
    tx,
    mails.flatMap(({ reading, words }) => (reading.mailId ? { mailId: reading.mailId, words } : [])),
  );
  const outcomes = mails.map(({ inbound, reading, words, address }): QuietOutcome => {
    const key = `${reading.mailId} ${words}`;
    const same = reading.mailId ? known.get(key) : undefined;
    if (reading.mailId && !same) known.set(key, { id: inbound.id, caseId: null });
    const decision = decideInbound(inbound, reading, {
      consentWord: null,
      isOwnAddress: own.has(address),
      repeats: same?.id ?? null,
      heardWithinHour: 0,
      blocked: [],
    });
    if (decision.kind !== 'set aside') throw new Error('old mail is answered');
    return {
      id: inbound.id,
      decision: decision.decision,
      mailId: reading.mailId,
      sender: address,
      text: [reading.subject, reading.text].filter(Boolean).join(' · '),
      facts: {
        words,
        why: decision.why,
        ...(decision.decision === 'repeat' ? { about: same?.caseId ?? null } : {}),
        ...(reading.problems.length > 0 ? { problems: reading.problems.slice(0, 20) } : {}),
      },
    };
  });
  await settleQuiet(tx, outcomes, clock.business());
  await recordEvents(
    tx,
    clock,
    { kind: 'rule', name: 'intake' },
    outcomes.map(({ id, decision }) => ({
      kind: 'message.decided',
      subjectKind: 'inbound',
      subjectId: id,
      data: { decision },
    })),
  );
  return outcomes.length;
}
