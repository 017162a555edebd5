import { domainToASCII } from 'node:url';
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Channel, Language } from '../../contract/answer.ts';

// Addresses -----------------------------------------------------------------------------------------------------------

/** A phone number in E.164 ("+393331234567"), or null when it is none. `country` (ISO 3166 alpha-2) is for numbers without a prefix. */
export function normalisePhone(text: string, country: string): string | null {
  if (text.length > 40 || !isSupportedCountry(country)) return null;
  const number = parsePhoneNumberFromString(text.trim().replace(/^00(?=[1-9])/, '+'), {
    defaultCountry: country as CountryCode,
    extract: false,
  });
  return number?.isValid() && number.ext === undefined ? number.number : null;
}

/**
 * A mail address in lower case, its domain as it goes over the wire (RFC 5890), or null when it is none. The part before the @ is folded too: RFC 5321
 * would keep its case, but no provider tells two customers apart by it, and a STOP from `Anna@` must find `anna@`.
 */
export function normaliseMail(text: string): string | null {
  const match = /^([^\s@<>"(),:;\\[\]]{1,64})@([^\s@<>"()]{1,253})$/.exec(text.trim());
  if (!match?.[1] || !match[2]) return null;
  const domain = domainToASCII(match[2]);
  if (!/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/.test(domain)) return null;
  if (/^\.|\.$|\.\./.test(match[1])) return null;
  return `${match[1].toLowerCase()}@${domain}`;
}

/** An address as it is stored, on its channel; null when it is none. */
export const normaliseAddress = (channel: Channel, text: string, country: string): string | null =>
  channel === 'sms' ? normalisePhone(text, country) : normaliseMail(text);

/** "m…@example.it", "+39…67": enough for who knows it, nothing for who doesn't. */
export function maskedAddress(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0) return `${address.slice(0, 3)}…${address.slice(-2)}`;
  return `${address.slice(0, 1)}…${address.slice(at)}`;
}

// Consent -------------------------------------------------------------------------------------------------------------

const STOP_WORDS = new Set(['STOP', 'BASTA', 'CANCELLA', 'FINE', 'UNSUBSCRIBE']);
const START_WORDS = new Set(['START', 'RIATTIVA']);
const CHANNEL_WORDS = new Set(['SMS', 'EMAIL', 'MAIL', 'PEC']);

/** What a whole message says about consent: "Stop.", "stop sms", "BASTA!"; null when it is about something else, even where a word of these stands in it. */
export function parseConsentWord(text: string): 'stop' | 'start' | null {
  if (text.length > 200) return null;
  const words = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/E-MAIL/g, 'EMAIL')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const [word = '', channel] = words;
  if (words.length > 2 || (channel !== undefined && !CHANNEL_WORDS.has(channel))) return null;
  if (STOP_WORDS.has(word)) return 'stop';
  return START_WORDS.has(word) ? 'start' : null;
}

export interface Decision {
  decision: 'granted' | 'refused';
  givenAt: Date;
  source: string;
}

export type Consent = 'none' | 'granted' | 'refused';

/** The latest decision stands; of two at one instant, the no. */
export function standingConsent(decisions: readonly Pick<Decision, 'decision' | 'givenAt'>[]): Consent {
  let standing: Pick<Decision, 'decision' | 'givenAt'> | null = null;
  for (const decision of decisions) {
    const [time, best] = [decision.givenAt.getTime(), standing?.givenAt.getTime() ?? Number.NEGATIVE_INFINITY];
    if (time > best || (time === best && decision.decision === 'refused')) standing = decision;
  }
  return standing?.decision ?? 'none';
}

/** How a STOP from a channel is kept as a source; a START from the same channel takes back only such refusals. */
export const stopSource = (channel: Channel): string => `stop by ${channel}`;
export const IMPORT_SOURCE = 'import: ';

/**
 * Whether a START from a channel whose sender could be forged may restore a consent: only where the latest decisions are STOPs from the same channel, and
 * what stood before them was a yes. It never enrols anybody anew.
 */
export function mayRestore(history: readonly Decision[], channel: Channel): boolean {
  const newestFirst = [...history].sort(
    (a, b) => b.givenAt.getTime() - a.givenAt.getTime() || (a.decision === 'refused' ? -1 : 1),
  );
  const before = newestFirst.findIndex(
    ({ decision, source }) => !(decision === 'refused' && source.startsWith(stopSource(channel))),
  );
  return before > 0 && newestFirst[before]?.decision === 'granted';
}

// Imports -------------------------------------------------------------------------------------------------------------

export interface GivenConsent {
  givenAt: string;
  source: string;
  text: string;
}

/** A customer as a file names one. What the file has no column for is undefined, and stays as it is; null is an empty field. */
export interface ImportedCustomer {
  externalId: string;
  name: string;
  kind: 'consumer' | 'business';
  taxCode?: string | null | undefined;
  language?: Language | undefined;
  /** Normalised addresses. */
  addresses: Partial<Record<Channel, string | null>>;
  /** The channels consented to, with the consent; undefined: the file says nothing about consent. */
  notify?: { channels: Channel[]; consent: GivenConsent | null } | undefined;
}

export interface KnownContactPoint {
  id: string;
  channel: Channel;
  address: string;
  consent: Consent;
  ended: boolean;
  /** Its own decisions, and the refusals of the same address at other parties. */
  decisions: Decision[];
}

export interface KnownCustomer {
  id: string;
  externalId: string;
  name: string;
  kind: 'consumer' | 'business';
  taxCode: string | null;
  language: Language;
  ended: boolean;
  contactPoints: KnownContactPoint[];
}

export interface WantedContactPoint {
  id: string;
  channel: Channel;
  address: string;
  consent: Consent;
  ended: boolean;
}

export interface CustomerDecision {
  fate: 'added' | 'changed' | 'unchanged';
  party: Omit<KnownCustomer, 'contactPoints'>;
  partyDiffers: boolean;
  /** Contact points that are new or differ. */
  contactPoints: WantedContactPoint[];
  /** Consents of the file that are not known yet. */
  consents: { contactPointId: string; givenAt: string; source: string; text: string }[];
}

/** What an imported row needs beside what is known of the party. */
export interface CustomerFacts {
  /** Refusals of an address at any party. */
  refusals(channel: Channel, address: string): Decision[];
  defaultLanguage: Language;
  newId(): string;
}

/**
 * What an imported row makes of what is known. An address that the row doesn't name any more ends; one that it names is made, or taken up again. The row's
 * consent counts at its own time, so that a no given later stands whatever is imported; a yes that came from an import ends when the
 * file no longer names the channel, while a yes recorded otherwise stays.
 */
export function decideCustomer(
  row: ImportedCustomer,
  known: KnownCustomer | null,
  facts: CustomerFacts,
): CustomerDecision {
  const party = {
    id: known?.id ?? facts.newId(),
    externalId: row.externalId,
    name: row.name,
    kind: row.kind,
    taxCode: row.taxCode === undefined ? (known?.taxCode ?? null) : row.taxCode,
    language: row.language ?? known?.language ?? facts.defaultLanguage,
    ended: false,
  };
  const partyDiffers =
    !known ||
    known.name !== party.name ||
    known.kind !== party.kind ||
    known.taxCode !== party.taxCode ||
    known.language !== party.language ||
    known.ended;
  const contactPoints: WantedContactPoint[] = [];
  const consents: CustomerDecision['consents'] = [];
  for (const [channel, address] of Object.entries(row.addresses) as [Channel, string | null | undefined][]) {
    if (address === undefined) continue;
    const ofChannel = known?.contactPoints.filter((point) => point.channel === channel) ?? [];
    for (const point of ofChannel)
      if (point.address !== address && !point.ended)
        contactPoints.push({ id: point.id, channel, address: point.address, consent: point.consent, ended: true });
    if (address === null) continue;
    const former = ofChannel.find((point) => point.address === address) ?? null;
    const id = former?.id ?? facts.newId();
    const given = row.notify?.channels.includes(channel) ? row.notify.consent : null;
    const decisions = [...(former?.decisions ?? []), ...facts.refusals(channel, address)];
    const fromImport = ({ decision, source }: Decision): boolean =>
      decision === 'granted' && source.startsWith(IMPORT_SOURCE);
    const counting = row.notify ? decisions.filter((decision) => !fromImport(decision)) : decisions;
    if (given) {
      const source = `${IMPORT_SOURCE}${given.source}`;
      const yes: Decision = { decision: 'granted', givenAt: new Date(given.givenAt), source };
      counting.push(yes);
      const isKnown = decisions.some(
        (one) => fromImport(one) && one.source === source && one.givenAt.getTime() === yes.givenAt.getTime(),
      );
      if (!isKnown) consents.push({ contactPointId: id, givenAt: given.givenAt, source, text: given.text });
    }
    const consent = standingConsent(counting);
    if (!former || former.ended || former.consent !== consent)
      contactPoints.push({ id, channel, address, consent, ended: false });
  }
  const differs = partyDiffers || contactPoints.length > 0 || consents.length > 0;
  return { fate: !known ? 'added' : differs ? 'changed' : 'unchanged', party, partyDiffers, contactPoints, consents };
}

export type ServiceState = 'pending' | 'active' | 'suspended' | 'ended';

export interface Service {
  id: string;
  externalId: string;
  partyId: string;
  product: string;
  address: string | null;
  resourceId: string;
  state: ServiceState;
  activatedOn: string | null;
  ultrabroadband: boolean;
  monthlyFeeCents: number | null;
}

/** A service as a file names it, with the ids of its party and resource. Undefined: the file has no such column. */
export interface ImportedService {
  externalId: string;
  partyId: string;
  resourceId: string;
  product: string;
  state: ServiceState;
  address?: string | null | undefined;
  activatedOn?: string | null | undefined;
  ultrabroadband?: boolean | undefined;
  monthlyFeeCents?: number | null | undefined;
}

/** What an imported row makes of what is known (null: nothing yet). */
export function decideService(
  row: ImportedService,
  known: Service | null,
  newId: string,
): { fate: 'added' | 'changed' | 'unchanged'; wanted: Service } {
  const wanted: Service = {
    id: known?.id ?? newId,
    externalId: row.externalId,
    partyId: row.partyId,
    product: row.product,
    address: row.address === undefined ? (known?.address ?? null) : row.address,
    resourceId: row.resourceId,
    state: row.state,
    activatedOn: row.activatedOn === undefined ? (known?.activatedOn ?? null) : row.activatedOn,
    ultrabroadband: row.ultrabroadband ?? known?.ultrabroadband ?? false,
    monthlyFeeCents: row.monthlyFeeCents === undefined ? (known?.monthlyFeeCents ?? null) : row.monthlyFeeCents,
  };
  if (!known) return { fate: 'added', wanted };
  const names = Object.keys(wanted) as (keyof Service)[];
  return { fate: names.every((name) => known[name] === wanted[name]) ? 'unchanged' : 'changed', wanted };
}
