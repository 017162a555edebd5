import { createHash } from 'node:crypto';
import type { Channel, Language } from '../../contract/answer.ts';
import type { CaseChannel } from '../../contract/cases.ts';
import { addMessage, casesAround, type IncomingMessage, openCase, openCasesOf, proposeJoin } from '../cases/index.ts';
import {
  actsFor,
  claimParty,
  lockParty,
  markReachable,
  normaliseAddress,
  type PartyAt,
  partiesAt,
  serviceOf,
} from '../customers/index.ts';
import { onlyResourceIn, placesIn } from '../network/index.ts';
import type { Actor } from '../platform/actor.ts';
import { storeBlob } from '../platform/blobs.ts';
import type { Tx } from '../platform/database/database.ts';
import { readSettings } from '../settings/index.ts';
import { namedCases } from './find-cases.ts';
import { type Identity, identify, type Proof, proofOf } from './identify.ts';
import type { Inbound, InboundChannel, Reading } from './intake.ts';
import { readLexicon } from './lexicon-store.ts';
import type { IntakePorts } from './ports.ts';
import { storable } from './store.ts';
import { isReminder, isShort, sameMatter, threadMessage } from './thread.ts';
import { type Triage, triage } from './triage.ts';

const DAY = 86_400_000;
const LONGEST_BODY = 200_000;
const MOST_TOUCHED = 4;
const LONGEST_HTML = 1_000_000;

/** Where a message ended. */
export interface Placed {
  caseId: string;
  messageId: string;
  /** Only of a case that was opened by it. */
  number: string | null;
  partyId: string | null;
  /** Kept beside the case: by somebody who is not known to be the customer. */
  claim: boolean;
  /** Ids, results and numbers: what it was decided by. */
  facts: Record<string, unknown>;
}

export interface Placing {
  /** Whether the product may answer by itself, as far as the message says. */
  mayBeAnswered: boolean;
  teamId: string | null;
  /** Who it is, where staff or a signed-in page says so. */
  given?: { partyId: string; contactPointId: string | null };
  /** Who hands it in, when it is not whoever wrote it. */
  actor?: Actor;
  /** How it was really said, when it is handed in by the API: on the phone. */
  channel?: CaseChannel;
}

/** The channel of the contact point that a message comes from; null: none that could be answered. */
export function contactChannel(channel: InboundChannel, sender: string): Channel | null {
  if (channel === 'letter') return null;
  if (channel === 'sms' || channel === 'email' || channel === 'pec') return channel;
  return sender.includes('@') ? 'email' : 'sms';
}

/** An address as it is compared and kept; what is none, as written. */
export function addressOf(channel: InboundChannel, sender: string, country: string): string {
  const contact = contactChannel(channel, sender);
  return (contact && normaliseAddress(contact, sender, country)) ?? sender.trim().toLowerCase();
}

/** Words of somebody become part of exactly one case: whose they are, which matter, what about. In the caller's transaction. */
export async function placeMessage(
  tx: Tx,
  ports: IntakePorts,
  inbound: Pick<Inbound, 'id' | 'channel' | 'sender' | 'receivedAt'>,
  reading: Reading,
  placing: Placing,
): Promise<Placed> {
  const { clock } = ports.platform;
  const settings = await readSettings(tx);
  const now = clock.business();
  const words = [reading.subject ?? '', reading.text].join('\n');
  const everything = `${words}\n${reading.quoted ?? ''}`;

  // Who.
  const sender = reading.sender ?? inbound.sender;
  const channel = contactChannel(inbound.channel, sender);
  const address = channel ? normaliseAddress(channel, sender, settings.operator.country) : null;
  const candidates = channel && address ? await partiesAt(tx, channel, address) : [];
  if (channel && address && inbound.channel === channel && candidates.some(({ inTrouble }) => inTrouble))
    await markReachable(tx, channel, address);
  const proof: Proof = placing.given ? 'proven' : proofOf(inbound.channel, reading);
  const place = placesIn(words)[0] ?? null;
  const look = triage(words, {
    lexicon: await readLexicon(tx),
    declared: reading.languages,
    fallback: candidates[0]?.language ?? settings.operator.defaultLanguage,
    vulnerable: candidates[0]?.vulnerable ?? false,
    critical: candidates[0]?.critical ?? false,
    place,
  });
  const named = await namedCases(tx, everything, reading);
  // Only where several have the address it matters which of them has an open matter.
  const openOfAll =
    candidates.length > 1
      ? await openCasesOf(
          tx,
          candidates.map(({ partyId }) => partyId),
        )
      : [];
  const level = look.spokenOf.flatMap(({ topic, weight }) => (weight === look.spokenOf[0]?.weight ? [topic] : []));
  // Words that only make sense as a part of something are about whatever is open.
  const isVague = look.topic === 'other' || isReminder(words);
  const withOpen = new Set(
    openOfAll
      .filter(
        ({ id, topic }) =>
          named.some((found) => found?.id === id) || isVague || level.some((one) => sameMatter(topic, one)),
      )
      .map(({ partyId }) => partyId),
  );
  const identity: Identity = placing.given
    ? {
        kind: 'known',
        candidate: {
          partyId: placing.given.partyId,
          contactPointId: placing.given.contactPointId ?? '',
          verified: true,
        },
        claim: false,
      }
    : identify(candidates, proof, withOpen);
  const known = identity.kind === 'known' ? identity.candidate : null;
  const claim = identity.kind !== 'known' || identity.claim;

  // Which matter. One message of a party at a time, or two would open two cases.
  if (known) await lockParty(tx, known.partyId);
  const threading = threadMessage({
    partyId: known?.partyId ?? null,
    actsFor:
      known && !claim && named.some((found) => found && found.partyId !== known.partyId)
        ? await actsFor(tx, known.partyId, now)
        : [],
    claim: claim && known !== null,
    byLink: named[0],
    byReply: named[1],
    byNumber: named[2],
    ...(known
      ? await casesAround(tx, known.partyId, daysBefore(now, settings.cases.reopenDays))
      : { open: [], recent: [] }),
    topic: look.topic,
    level,
    touched: look.spokenOf.map(({ topic }) => topic),
    isReminder: isReminder(words),
    isShort: isShort(reading.text),
    reopenedSince: daysBefore(now, settings.cases.reopenDays),
  });

  const writer = known
    ? { partyId: known.partyId, contactPointId: known.contactPointId || null, isNew: false }
    : await newcomer(tx, ports, inbound.channel, { sender, name: reading.senderName, address, channel }, look.language);
  const actor: Actor =
    placing.actor ??
    (claim && known
      ? { kind: 'channel', name: inbound.channel }
      : { kind: 'party', id: writer.partyId, through: inbound.channel });
  const message: IncomingMessage = {
    channel: placing.channel ?? inbound.channel,
    partyId: writer.partyId,
    contactPointId: writer.contactPointId,
    claim: threading.kind === 'join' ? threading.claim : claim && known !== null,
    language: look.language,
    subject: reading.subject === null ? null : storable(reading.subject).slice(0, 500),
    body: storable(reading.text.trim() === '' ? (reading.subject ?? '') : reading.text).slice(0, LONGEST_BODY),
    quoted: reading.quoted ? storable(reading.quoted).slice(0, LONGEST_BODY) : null,
    html: reading.html && reading.html.length <= LONGEST_HTML ? storable(reading.html) : null,
    inboundId: inbound.id,
    mailId: reading.mailId,
    saidAt: inbound.receivedAt,
    attachments: await keepAttachments(tx, reading, now),
  };
  const facts = {
    proof,
    identity:
      proof === 'proven' && candidates.some((one) => one.contactPointId === writer.contactPointId && one.verified)
        ? 'known'
        : 'claim',
    spf: reading.authentication.spf,
    dkim: reading.authentication.dkim,
    dmarc: reading.authentication.dmarc,
    candidates: identity.kind === 'several' ? identity.candidates.map(({ partyId }) => partyId) : [],
    placed: threading.kind === 'join' ? threading.because : 'opened',
  };
  if (threading.kind === 'join') {
    const added = await addMessage(tx, ports.cases, actor, threading.caseId, message);
    return {
      caseId: threading.caseId,
      messageId: added.messageId,
      number: null,
      partyId: writer.partyId,
      claim: threading.claim,
      facts,
    };
  }
  const standing = candidates.find(({ partyId }) => partyId === known?.partyId);
  const service = known ? await serviceOf(tx, known.partyId, place?.name ?? null) : null;
  const opened = await openCase(tx, ports.cases, actor, {
    partyId: writer.partyId,
    contactPointId: await answeredAt(inbound.channel, writer, candidates, placing),
    language: look.language,
    ...(standing ? { standing } : {}),
    triage: {
      topic: look.topic,
      severity: look.severity,
      serviceId: service?.serviceId ?? null,
      resourceId: service?.resourceId ?? (place ? await onlyResourceIn(tx, place.code) : null),
      reasons: {
        ...reasonsOf(look, identity),
        touched: look.spokenOf.map(({ topic }) => topic).slice(0, MOST_TOUCHED),
        vague: look.topic === 'other' && (isReminder(words) || isShort(reading.text)),
      },
    },
    message,
    teamId: placing.teamId,
    mayBeAnswered: placing.mayBeAnswered && isSafeToAnswer(inbound.channel, proof, candidates, placing),
  });
  for (const { intoCaseId, reasons } of threading.proposals)
    await proposeJoin(
      tx,
      ports.cases,
      { kind: 'rule', name: 'intake' },
      { caseId: opened.id, intoCaseId, reasons: { doubts: reasons } },
    );
  return {
    caseId: opened.id,
    messageId: opened.messageId,
    number: opened.number,
    partyId: writer.partyId,
    claim: message.claim,
    facts,
  };
}

const daysBefore = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY);

interface Writer {
  partyId: string;
  contactPointId: string | null;
  isNew: boolean;
}

async function newcomer(
  tx: Tx,
  ports: IntakePorts,
  through: InboundChannel,
  from: { sender: string; name: string | null; address: string | null; channel: Channel | null },
  language: Language,
): Promise<Writer> {
  const claimed = await claimParty(
    tx,
    ports.platform.clock,
    { kind: 'channel', name: through },
    {
      name: storable(from.name?.trim() || from.address || from.sender.trim() || '?'),
      language,
      contactPoint: from.channel && from.address ? { channel: from.channel, address: from.address } : null,
    },
  );
  return { ...claimed, isNew: true };
}

/**
 * Where the case is answered. A form sends only to what is verified as a customer's already: anybody can write any address into it.
 */
async function answeredAt(
  channel: InboundChannel,
  writer: Writer,
  candidates: readonly PartyAt[],
  placing: Placing,
): Promise<string | null> {
  if (placing.given || channel !== 'web') return writer.contactPointId;
  return candidates.some(({ contactPointId, verified }) => verified && contactPointId === writer.contactPointId)
    ? writer.contactPointId
    : null;
}

/** Nothing leaves by itself by SMS to a number that no customer has proven, nor to an address that the mail was not from. */
function isSafeToAnswer(
  channel: InboundChannel,
  proof: Proof,
  candidates: readonly PartyAt[],
  placing: Placing,
): boolean {
  if (placing.given) return true;
  if (channel === 'sms' || channel === 'web') return candidates.some(({ verified }) => verified);
  return proof !== 'none';
}

const reasonsOf = (look: Triage, identity: Identity): Record<string, unknown> => ({
  reasons: look.reasons,
  urgency: look.urgency,
  place: look.place?.code ?? null,
  ...(identity.kind === 'several' ? { candidates: identity.candidates.map(({ partyId }) => partyId) } : {}),
});

async function keepAttachments(tx: Tx, reading: Reading, at: Date): Promise<IncomingMessage['attachments']> {
  const kept = [];
  for (const { content, ...attachment } of reading.attachments) {
    const blob = content && content.length > 0 ? await storeBlob(tx, content, at) : null;
    kept.push({ ...attachment, name: storable(attachment.name), blobId: blob?.id ?? null });
  }
  return kept;
}

/** Of the words of a mail, to tell a repeat from another mail under the same Message-ID. */
export const wordsHash = (reading: Pick<Reading, 'sender' | 'subject' | 'text'>): string =>
  createHash('sha256')
    .update(JSON.stringify([reading.sender, reading.subject, reading.text]))
    .digest('base64url');
