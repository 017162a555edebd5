/**
 * What a source says about one of its alarms ("words"), and what we make of it ("episodes": one row of `alarms` each).
 *
 * The last word by its own time counts, in whatever order and however often the words arrive:
 *
 * 1. At most one episode of an alarm stands at a time. "Firing" while one stands is nothing new.
 * 2. "Cleared" ends the standing episode only when it is dated at or after the latest "firing" that was heard of it, and after the episode
 *    before it ended: an old "cleared" that comes again leaves a newer alarm alone.
 * 3. "Cleared" that comes before its "firing" is kept as an episode that is over. A "firing" dated at or before such an end is born cleared.
 *    Of the same instant, "cleared" is the later word.
 * 4. A source that names the beginning with each word (Alertmanager's startsAt) doesn't date a later "firing" by itself: after an alert ended
 *    by timeout it fires again with the same startsAt. When "firing" comes with a beginning that was heard firing before, and its end was
 *    heard since, it is a new episode from when it was received; unless the whole delivery is a repeat of one shortly before. Its end is any
 *    "cleared" that is dated after the end before.
 */
export interface Word {
  state: 'firing' | 'cleared';
  at: Date;
  /** The beginning, where the source names it with each word. */
  startedAt: Date | null;
}

export interface Episode {
  id: string;
  startedAt: Date;
  clearedAt: Date | null;
  /** By the source's clock: the latest that a word "firing" was dated (its named beginning where there is one). Null: only its end was heard. */
  firingAt: Date | null;
}

export interface Heard {
  /** When the delivery came, by the business clock. */
  receivedAt: Date;
  /** Whether the same body came shortly before and was worked off. */
  repeated: boolean;
  newId: () => string;
}

/** What the word did to the newest episode: made it, changed it, or (null) nothing. `details`: labels and the like are the word's. */
export interface WordEffect {
  episode: Episode;
  fate: 'made' | 'changed';
  details: boolean;
}

/**
 * Hears one word about an alarm. `latest`: its newest episode, standing or not; `previous`: when the one before that ended; null where there is
 * none. Pure; the effect holds the newest episode as it is from now on.
 */
export function hearWord(word: Word, latest: Episode | null, previous: Date | null, heard: Heard): WordEffect | null {
  return word.state === 'cleared'
    ? hearCleared(word, latest, previous, heard)
    : hearFiring(word, latest, previous, heard);
}

function hearCleared(word: Word, latest: Episode | null, previous: Date | null, heard: Heard): WordEffect | null {
  if (latest !== null && latest.clearedAt === null) {
    const isOld = (latest.firingAt !== null && word.at < latest.firingAt) || (previous !== null && word.at <= previous);
    if (isOld) return null;
    // A device's clock may run behind ours, by which an episode of rule 4 began.
    return { episode: { ...latest, clearedAt: later(word.at, latest.startedAt) }, fate: 'changed', details: false };
  }
  const ended = latest?.clearedAt ?? null;
  if (ended !== null && word.at <= ended) return null;
  // The same end, named once more and later.
  if (latest !== null && ended !== null && word.startedAt !== null && word.startedAt <= ended)
    return { episode: { ...latest, clearedAt: word.at }, fate: 'changed', details: false };
  // A source that says "cleared" again and again keeps one such episode, not one for each time.
  if (latest !== null && latest.firingAt === null && word.startedAt === null)
    return { episode: { ...latest, startedAt: word.at, clearedAt: word.at }, fate: 'changed', details: false };
  const startedAt = earlier(word.startedAt ?? word.at, word.at);
  return { episode: { id: heard.newId(), startedAt, clearedAt: word.at, firingAt: null }, fate: 'made', details: true };
}

function hearFiring(word: Word, latest: Episode | null, previous: Date | null, heard: Heard): WordEffect | null {
  const began = word.startedAt ?? word.at;
  if (latest !== null && latest.clearedAt === null) {
    if (latest.firingAt !== null && began <= latest.firingAt) return null;
    return { episode: { ...latest, firingAt: began }, fate: 'changed', details: false };
  }
  const made = (startedAt: Date): WordEffect => ({
    episode: { id: heard.newId(), startedAt, clearedAt: null, firingAt: began },
    fate: 'made',
    details: true,
  });
  const ended = latest?.clearedAt ?? null;
  if (latest === null || ended === null || began > ended) return made(began);
  if (latest.firingAt === null) {
    const startedAt = previous === null || began > previous ? earlier(began, latest.startedAt) : latest.startedAt;
    return { episode: { ...latest, startedAt, firingAt: began }, fate: 'changed', details: true };
  }
  if (word.startedAt === null || began < latest.firingAt) return null;
  if (began > latest.firingAt) return { episode: { ...latest, firingAt: began }, fate: 'changed', details: false };
  return heard.repeated ? null : made(later(heard.receivedAt, new Date(ended.getTime() + 1)));
}

const later = (a: Date, b: Date): Date => (a > b ? a : b);
const earlier = (a: Date, b: Date): Date => (a < b ? a : b);

/** The order in which the words of one delivery are heard: by their own time, of the same instant "cleared" last; those of one alarm stay together. */
export function inOrder<T extends Word & { fingerprint: string }>(words: readonly T[]): T[] {
  const first = new Map<string, number>();
  words.forEach((word, index) => {
    if (!first.has(word.fingerprint)) first.set(word.fingerprint, index);
  });
  return [...words].sort(
    (a, b) =>
      (first.get(a.fingerprint) ?? 0) - (first.get(b.fingerprint) ?? 0) ||
      a.at.getTime() - b.at.getTime() ||
      Number(a.state === 'cleared') - Number(b.state === 'cleared'),
  );
}
