import type { Language } from '../../contract/answer.ts';
import { TOPICS, type Topic } from '../../contract/cases.ts';
import type { Severity } from '../../contract/incidents.ts';

/** A stem that speaks for a topic, and for how bad it is. Several words: each is the beginning of one, in this order. */
export interface LexiconEntry {
  language: Language;
  /** Folded: small letters, no accents, blanks between words. */
  stem: string;
  topic: Topic;
  severity: Severity | null;
  weight: number;
}

export interface TriageFacts {
  lexicon: readonly LexiconEntry[];
  /** Tags that the message declares, best first. */
  declared: readonly string[];
  /** What the party speaks as far as we know, else the operator's language. */
  fallback: Language;
  vulnerable: boolean;
  critical: boolean;
  /** The first municipality that is named. */
  place: { code: string; name: string } | null;
}

export interface TriageReason {
  for: 'language' | 'topic' | 'severity' | 'place' | 'urgency';
  /** The stem, name or fact that speaks for it. */
  because: string;
  means: string;
  weight: number;
}

export interface Triage {
  language: Language;
  topic: Topic;
  /** Every topic that its words speak for, the strongest first; those that speak as strongly as `topic` are level with it. */
  spokenOf: readonly { topic: Topic; weight: number }[];
  severity: Severity;
  /** Smaller is looked at first. */
  urgency: number;
  place: { code: string; name: string } | null;
  reasons: TriageReason[];
}

const MOST_LOOKED_AT = 20_000;

/** Small letters without accents, one blank between words. */
export const foldWords = (text: string): string =>
  text
    .slice(0, MOST_LOOKED_AT)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const FUNCTION_WORDS: Record<Language, ReadonlySet<string>> = {
  it: new Set(
    'il lo la gli le un una uno di del della dei che non e sono ho hai ha abbiamo avete hanno mi ci vi si per con da dal alla nel nella piu anche come quando perche buongiorno buonasera salve grazie saluti ma ancora oggi ieri da'.split(
      ' ',
    ),
  ),
  en: new Set(
    'the a an of and is are was were i you we they my your our it not no have has had for with from at on this that hello hi dear thanks thank regards please still when why what since yesterday today'.split(
      ' ',
    ),
  ),
};

const SEVERITIES: readonly Severity[] = ['critical', 'major', 'minor', 'info'];
const worse = (a: Severity, b: Severity): Severity => (SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b);

/** A first look, with its reasons: by stems, function words and what is known of the party. It closes and merges nothing. */
export function triage(text: string, facts: TriageFacts): Triage {
  const words = foldWords(text).split(' ').filter(Boolean);
  const hits = facts.lexicon.filter(({ stem }) => holds(words, stem));
  const reasons: TriageReason[] = [];
  const language = languageOf(words, hits, facts, reasons);
  const { topic, spokenOf, severity } = topicOf(hits, reasons);
  if (facts.place) reasons.push({ for: 'place', because: facts.place.name, means: facts.place.code, weight: 1 });
  return {
    language,
    topic,
    spokenOf,
    severity,
    urgency: urgencyOf(severity, facts, reasons),
    place: facts.place,
    reasons,
  };
}

/** Whether words hold a stem: each of its words begins one of theirs, one after the other. */
function holds(words: readonly string[], stem: string): boolean {
  const parts = stem.split(' ');
  return words.some((_, from) => parts.every((part, index) => words[from + index]?.startsWith(part) ?? false));
}

function languageOf(
  words: readonly string[],
  hits: readonly LexiconEntry[],
  facts: TriageFacts,
  reasons: TriageReason[],
): Language {
  const score = (language: Language): number =>
    words.filter((word) => FUNCTION_WORDS[language].has(word)).length +
    hits.filter((hit) => hit.language === language).length;
  const [it, en] = [score('it'), score('en')];
  const say = (language: Language, because: string, weight: number): Language => {
    reasons.push({ for: 'language', because, means: language, weight });
    return language;
  };
  if (it !== en) return say(it > en ? 'it' : 'en', 'its words', Math.abs(it - en));
  const declared = facts.declared.map((tag) => tag.slice(0, 2)).find((tag) => tag === 'it' || tag === 'en');
  if (declared === 'it' || declared === 'en') return say(declared, 'declared by the message', 1);
  return say(facts.fallback, 'language of the customer', 1);
}

function topicOf(
  hits: readonly LexiconEntry[],
  reasons: TriageReason[],
): Pick<Triage, 'topic' | 'spokenOf' | 'severity'> {
  const scores = new Map<Topic, number>();
  // A stem that stands in the lists of several languages ("router") is said once.
  const said = new Map(hits.map((hit) => [`${hit.topic} ${hit.stem}`, hit]));
  for (const { topic, weight } of said.values())
    if (topic !== 'other') scores.set(topic, (scores.get(topic) ?? 0) + weight);
  const spokenOf = TOPICS.flatMap((candidate) => {
    const weight = scores.get(candidate) ?? 0;
    return weight > 0 ? [{ topic: candidate, weight }] : [];
  }).sort((a, b) => b.weight - a.weight);
  const topic = spokenOf[0]?.topic ?? 'other';
  let severity: Severity = topic === 'other' ? 'info' : 'minor';
  for (const hit of said.values()) {
    if (hit.topic !== topic && hit.topic !== 'other') continue;
    if (hit.topic === topic && topic !== 'other')
      reasons.push({ for: 'topic', because: hit.stem, means: topic, weight: hit.weight });
    if (hit.severity === null || worse(hit.severity, severity) === severity) continue;
    severity = hit.severity;
    reasons.push({ for: 'severity', because: hit.stem, means: severity, weight: hit.weight });
  }
  // Nothing that is known speaks for a matter without weight: it is read by a person either way.
  return { topic, spokenOf, severity: severity === 'info' ? 'minor' : severity };
}

const BASE_URGENCY: Record<Severity, number> = { critical: 2, major: 4, minor: 6, info: 8 };

function urgencyOf(severity: Severity, facts: TriageFacts, reasons: TriageReason[]): number {
  let urgency = BASE_URGENCY[severity];
  reasons.push({ for: 'urgency', because: severity, means: String(urgency), weight: 1 });
  for (const [holdsFor, because] of [
    [facts.vulnerable, 'vulnerable customer'],
    [facts.critical, 'business that stops without its line'],
  ] as const) {
    if (!holdsFor) continue;
    urgency = Math.max(0, urgency - 2);
    reasons.push({ for: 'urgency', because, means: String(urgency), weight: 2 });
  }
  return urgency;
}
