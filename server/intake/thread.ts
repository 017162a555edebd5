import type { CaseChannel, CaseState, Topic } from '../../contract/cases.ts';

/** What of a case decides whether a message belongs to it. */
export interface CaseAt {
  id: string;
  number: string;
  partyId: string;
  state: CaseState;
  topic: Topic;
  channel: CaseChannel;
  lastHeardAt: Date;
  endedAt: Date | null;
  /** It began with words that make sense only after others, which were late: what comes next is its matter. */
  vague?: boolean;
  /** Topics that its first words spoke for, beside the one that it has. */
  touched?: readonly Topic[];
}

export interface ThreadFacts {
  /** Whoever wrote; null: somebody new. */
  partyId: string | null;
  /** Customers for whom they may act. */
  actsFor: readonly string[];
  /** Nothing proves that it was them: it changes nothing. */
  claim: boolean;
  /** By a link that is only in the hands of whom it was sent to. */
  byLink: CaseAt | null;
  /** By the mails that it answers. */
  byReply: CaseAt | null;
  /** By a case number in the text. */
  byNumber: CaseAt | null;
  /** Open cases of the writer. */
  open: readonly CaseAt[];
  /** Cases of the writer that ended not long ago. */
  recent: readonly CaseAt[];
  topic: Topic;
  /** Topics that its words speak for as strongly: which of them it is about, the open cases say. */
  level?: readonly Topic[];
  /** Topics that its words speak for at all. */
  touched?: readonly Topic[];
  /** It presses, or asks what became of it. */
  isReminder: boolean;
  /** So few words that they make sense only as a part of something ("1", "sì", "ancora niente"). */
  isShort: boolean;
  /** Ended cases are taken up again until so long after. */
  reopenedSince: Date;
}

export const JOIN_REASONS = [
  'link',
  'reply',
  'number',
  'open question',
  'reminder',
  'same topic',
  'short words',
  'ended lately',
] as const;
export type JoinReason = (typeof JOIN_REASONS)[number];

export const DOUBTS = [
  'ended long ago',
  'cancelled by the customer',
  'other topic',
  'topic not clear',
  'several open cases',
] as const;
export type Doubt = (typeof DOUBTS)[number];

export type Threading =
  /** Sure. `claim`: by somebody who is not known to be the customer: kept beside the case, no change of state. */
  | { kind: 'join'; caseId: string; claim: boolean; because: JoinReason }
  /** A new matter; staff is asked whether it belongs to one of these. */
  | { kind: 'open'; proposals: { intoCaseId: string; reasons: Doubt[] }[] };

/** Topics that people say for one and the same trouble. */
const MATTERS: readonly (readonly Topic[])[] = [
  ['line down', 'line slow', 'equipment', 'limit', 'data'],
  ['activation', 'migration', 'visit'],
  ['bill', 'ending'],
  ['conduct'],
];

export const sameMatter = (a: Topic, b: Topic): boolean =>
  a === b || MATTERS.some((matter) => matter.includes(a) && matter.includes(b));

/** At most so many cases are offered as the one that a message may belong to. */
const MOST_PROPOSED = 3;

/**
 * Which case a message belongs to. Sure: it joins. Unsure: it opens one, and staff is asked, with the reasons. A reminder never opens a second case. Whoever is
 * not the case's party, nor may act for it, is kept as a claim, however they know its number.
 */
export function threadMessage(facts: ThreadFacts): Threading {
  const doubts: { intoCaseId: string; reasons: Doubt[] }[] = [];
  const named: [CaseAt | null, JoinReason][] = [
    [facts.byLink, 'link'],
    [facts.byReply, 'reply'],
    [facts.byNumber, 'number'],
  ];
  for (const [found, because] of named) {
    if (!found) continue;
    const isTheirs = isOf(found, facts);
    const doubt = standsAgainst(found, facts.reopenedSince);
    if (doubt === null) return { kind: 'join', caseId: found.id, claim: !isTheirs || facts.claim, because };
    if (isTheirs) doubts.push({ intoCaseId: found.id, reasons: [doubt] });
  }
  const own = ownMatter(facts);
  if (own.kind === 'join') return own;
  const proposals = [...doubts, ...own.proposals];
  return {
    kind: 'open',
    proposals: proposals
      .filter(({ intoCaseId }, index) => proposals.findIndex((other) => other.intoCaseId === intoCaseId) === index)
      .slice(0, MOST_PROPOSED),
  };
}

const isOf = (found: CaseAt, { partyId, actsFor }: ThreadFacts): boolean =>
  partyId === found.partyId || actsFor.includes(found.partyId);

/** Why a case that is named does not simply take the message in; null: it does. */
function standsAgainst(found: CaseAt, reopenedSince: Date): Doubt | null {
  if (found.endedAt === null) return null;
  if (found.state === 'cancelled') return 'cancelled by the customer';
  return found.endedAt < reopenedSince ? 'ended long ago' : null;
}

/** By whose it is and what it is about, with nothing that names a case. */
function ownMatter(facts: ThreadFacts): Threading {
  const open = latestFirst(facts.open.filter((found) => isOf(found, facts)));
  const join = (found: CaseAt, because: JoinReason): Threading => ({
    kind: 'join',
    caseId: found.id,
    claim: facts.claim,
    because,
  });
  const asked = open.filter(({ state }) => state === 'fix reported' || state === 'waiting');
  const [lastAsked] = asked;
  if (lastAsked && (facts.isShort || (asked.length === 1 && facts.topic === 'other')))
    return join(lastAsked, 'open question');
  const about = [facts.topic, ...(facts.level ?? [])];
  const same = open.filter(({ topic }) => about.includes(topic) && topic !== 'other');
  const near = open.filter(({ topic }) => about.some((one) => sameMatter(topic, one)) && topic !== 'other');
  const [best] = same.length > 0 ? same : near;
  if (best) return join(best, facts.isReminder ? 'reminder' : 'same topic');
  const spokenOf = (found: CaseAt): boolean =>
    (found.touched ?? []).some((spoken) => about.some((one) => one !== 'other' && sameMatter(spoken, one)));
  const within = open.find(spokenOf);
  // Two things in one message are one case: pressing about the second is a reminder like any other.
  if (within && (facts.isReminder || facts.isShort)) return join(within, facts.isReminder ? 'reminder' : 'same topic');
  const vague = open.find((found) => found.vague);
  if (vague) return join(vague, 'short words');
  const [last] = open;
  if (last && facts.isReminder) return join(last, 'reminder');
  if (last && facts.isShort && facts.topic === 'other') return join(last, 'short words');
  const ended = latestFirst(facts.recent).filter(
    (found) => isOf(found, facts) && standsAgainst(found, facts.reopenedSince) === null,
  );
  const again = ended.find(({ topic }) => about.some((one) => sameMatter(topic, one)) && facts.topic !== 'other');
  if (again && open.length === 0) return join(again, 'ended lately');
  const [lastEnded] = ended;
  if (lastEnded && open.length === 0 && (facts.isReminder || (facts.isShort && facts.topic === 'other')))
    return join(lastEnded, 'ended lately');
  const touches = ({ topic }: CaseAt): boolean => (facts.touched ?? []).some((one) => sameMatter(topic, one));
  const unclear = (found: CaseAt): Doubt[] => [
    found.topic === 'other' || facts.topic === 'other' || touches(found) || spokenOf(found)
      ? 'topic not clear'
      : 'other topic',
    ...(open.length > 1 ? (['several open cases'] as const) : []),
  ];
  const askedAbout = [...open, ...(again ? [again] : [])].slice(0, MOST_PROPOSED);
  return {
    kind: 'open',
    proposals: askedAbout
      .map((found) => ({ intoCaseId: found.id, reasons: unclear(found) }))
      // Two matters that are clearly two are no question to anybody.
      .filter(({ reasons }) => !reasons.includes('other topic')),
  };
}

const latestFirst = (cases: readonly CaseAt[]): CaseAt[] =>
  [...cases].sort((a, b) => b.lastHeardAt.getTime() - a.lastHeardAt.getTime() || (a.id < b.id ? 1 : -1));

const REMINDER =
  /\b(sollecit\w*|ancora (niente|nulla|nessun\w*|in attesa|fermo|senza|guast\w*|mut[oa]|isolat\w*|aspett\w*|attend\w*)|(aspett|attend)\w+ (ancora|tuttora|sempre|invano)|non .{0,20}\bancora (venut|arrivat|presentat|fatt[oa] viv|chiamat|richiamat|rispost|sentit)\w*|nessun[oa]? (mi )?(ha|risp\w*|notizi\w*|aggiornament\w*|novit\w*)|a che punto|novità|notizie|aggiornament\w*|sto (ancora )?aspettando|quanto (ancora|manca)|(seconda|terza|quarta|ennesima) (volta|segnalazione|richiesta)|avete ricevuto|non ho (ancora )?ricevuto risposta|still (waiting|nothing|down|no|not)|any (news|update)|no (news|answer|reply) (yet|so far)|what('s| is) (the status|happening)|(remind\w*|chas(e|ing)|follow(ing)?[ -]?up)|did you (get|receive)|again no)\b/iu;

/** Whether words press for something that was said before. */
export const isReminder = (text: string): boolean => REMINDER.test(text.slice(0, 4000).normalize('NFC'));

/** Up to four words, or what fits a single answer. */
export const isShort = (text: string): boolean => text.length <= 60 && text.split(/\s+/).filter(Boolean).length <= 6;
