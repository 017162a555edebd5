/** What a message says to a question that has two answers. */
export interface Verdict {
  answer: 'yes' | 'no' | null;
  /** There are words beside the answer, which a person has to read. */
  more: boolean;
  /** It says thanks or hello and nothing else. */
  thanks: boolean;
}

/** Words that change no answer: greetings, thanks, names of things. Folded, as `fold` leaves them. */
const FILLERS = new Set(
  'grazie mille grz tante molto gentile gentili cordiali saluti saluto distinti buongiorno buonasera salve ciao buona giornata serata a tutti thanks thank you many very much so hello hi hey dear regards kind best please per favore gentilmente'.split(
    ' ',
  ),
);

const essence = (phrase: string): string =>
  phrase
    .split(' ')
    .filter((word) => word !== '' && !FILLERS.has(word))
    .join(' ');

const YES = [
  '1 si',
  '1 yes',
  '1',
  'si',
  'yes',
  'yep',
  'si funziona tutto',
  'si tutto ok',
  'si ora funziona',
  'si adesso funziona',
  'si funziona',
  'si va',
  'si risolto',
  'adesso funziona',
  'adesso va',
  'ora funziona',
  'ora va',
  'ora va bene',
  'funziona tutto',
  'funziona di nuovo',
  'funziona bene',
  'funziona',
  'tutto ok',
  'tutto a posto',
  'tutto bene',
  'problema risolto',
  'risolto tutto',
  'risolto',
  'e risolto',
  'confermo',
  'yes it works',
  'yes it is working',
  'yes it does',
  'yes all good',
  'yes fixed',
  'it works now',
  'it works again',
  'it works',
  'works',
  'working',
  'it is working',
  'all good',
  'fixed',
  'solved',
  'confirmed',
].map(essence);

const NO = [
  '0',
  'no',
  'non',
  'non ancora',
  'assolutamente no',
  'direi di no',
  'purtroppo no',
  'niente',
  'ancora no',
  'ancora niente',
  'ancora nulla',
  'sempre uguale',
  'come prima',
  'ancora fermo',
  'ancora ferma',
  'ancora guasto',
  'ancora guasta',
  'nope',
  'not',
  'not yet',
  'not at all',
  'not really',
  'unfortunately no',
  'unfortunately not',
  'still not',
  'still no',
  'still down',
  'still broken',
  'doesnt',
  'does not',
  'it does not',
  'it doesnt',
  'it is not',
  'its not',
].map(essence);

/** Anywhere in a text: who says so doesn't say yes. */
const DENIES =
  /\b(non (mi |ci )?((funziona(no)?|va|vanno|naviga|si connette|e risolto|ho linea)\b)|ancora (non|ferm[ao]|guast[ao]|senza)|not work|doesnt work|does not work|isnt work|is not work|still (not|no|down|broken|nothing))/;

/** Begins like a no, and is none: "no problem", "non ho più problemi". */
const NO_TROUBLE =
  /^(no|niente|nessun) (problem|worries|idea|da dire)|\b(non|no) (ho |ci sono |abbiamo |more )?(piu )?problem/;

/** A no only if nothing follows: "non lo so", "not at home yet" are for a person. */
const NEGATIONS: ReadonlySet<string> = new Set(['non', 'not']);

/** Lower case, without accents, marks and apostrophes; words parted by single blanks. */
const fold = (text: string): string =>
  text
    .slice(0, 2000)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/['’`´]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .replaceAll(/\bnn\b/g, 'non')
    .trim();

const longestAtStart = (text: string, phrases: readonly string[]): string =>
  phrases.reduce(
    (best, phrase) =>
      phrase.length > best.length && (text === phrase || text.startsWith(`${phrase} `)) ? phrase : best,
    '',
  );

/**
 * Reads "1", "0", "sì", "no", "funziona", "still not working" and the like. Only what is unmistakable is an answer; a yes with anything beside it
 * has `more` and is for a person; a text that says no anywhere never is a yes. `number`: the number of the case, which may stand in it.
 */
export function readReply(text: string, number = ''): Verdict {
  const withoutNumber =
    number === '' ? text : text.replaceAll(new RegExp([...number].join('[ ./\\u00a0-]{0,2}'), 'g'), ' ');
  const whole = fold(withoutNumber);
  const plain = essence(whole);
  if (plain === '') return { answer: null, more: false, thanks: true };
  // A bare "ok" may mean that it works, or that they will try: a person reads it.
  if (plain === 'ok' || plain === 'va bene' || plain === 'ok va bene')
    return { answer: 'yes', more: true, thanks: true };
  const unclear: Verdict = { answer: null, more: true, thanks: false };
  const no = longestAtStart(plain, NO);
  if (DENIES.test(whole)) return { answer: 'no', more: plain !== no, thanks: false };
  if (NO_TROUBLE.test(plain)) return unclear;
  if (no !== '') {
    const rest = plain.slice(no.length).trim();
    const isAnswer = rest === '' || (!NEGATIONS.has(no) && longestAtStart(rest, YES) === '');
    return isAnswer ? { answer: 'no', more: rest !== '', thanks: false } : unclear;
  }
  const agreed = plain.replace(/^ok /, '');
  const yes = longestAtStart(agreed, YES);
  // "Funziona?" asks back.
  if (yes !== '') return { answer: 'yes', more: agreed !== yes || text.includes('?'), thanks: false };
  return unclear;
}
