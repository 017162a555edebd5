import { STORY_MAST } from '../provider/network.ts';
import type { Customer, Provider } from '../provider/provider.ts';
import { seededRandom } from '../provider/random.ts';
import type { Person } from './state.ts';

export type Owner = Omit<Person, 'messages' | 'hasMail'> & { phone: string; email: string };

/** Who writes in the story of getting heard. */
export interface Cast {
  /** Writes by SMS and by mail. */
  caller: Owner;
  /** Writes a mail, in English. */
  writer: Owner;
  /** A business that does not want to wait. */
  presser: Owner;
  /** For whom nobody came. */
  waiting: Owner;
  /** No customer: the number is in no file. */
  stranger: Owner;
}

const STRANGER: Owner = {
  id: 'stranger',
  name: 'Sconosciuto',
  language: 'it',
  phone: '+393999900017',
  email: '',
  place: '?',
  notify: [],
  where: 'stranger',
};

/** How many phones are shown at once. */
const SHOWN = 8;

const NORTH = /mast-(premeno|ghiffa|oggebbio|cannero|cannobio|miazzina)-/;
const SECOND_WAY = /mast-(luino|maccagno)-/;

/** Everybody with an active line, in the order of the file. */
function ownersOf(provider: Provider): Owner[] {
  const lineOf = new Map(
    provider.services.filter((line) => line.state === 'active').map((line) => [line.customerId, line] as const),
  );
  const owner = (customer: Customer): Owner | null => {
    const line = lineOf.get(customer.id);
    if (!line) return null;
    return {
      id: customer.id,
      name: customer.name,
      language: customer.language,
      phone: customer.phone,
      email: customer.email,
      place: line.address.split(', ').at(-1) ?? '',
      notify: customer.notify,
      where:
        line.resourceId.startsWith(STORY_MAST) || NORTH.test(line.resourceId)
          ? 'behind'
          : SECOND_WAY.test(line.resourceId)
            ? 'secondWay'
            : 'elsewhere',
    };
  };
  return provider.customers.flatMap((customer) => owner(customer) ?? []);
}

/** Who agreed to no messages, is behind the mast of the story, and has a phone to ask from. */
export function askerOf(provider: Provider): Owner {
  const found = ownersOf(provider).find(isAsker);
  if (!found) throw new Error('Nobody in Ghiffa can ask.');
  return found;
}
const isAsker = (each: Owner): boolean =>
  each.where === 'behind' && each.phone !== '' && each.notify.length === 0 && each.place === 'Ghiffa';

/** Made-up customers of different masts, so that their reports are not one fault. */
export function castOf(provider: Provider): Cast {
  const businesses = new Set(provider.customers.filter(({ kind }) => kind === 'business').map(({ id }) => id));
  const all = ownersOf(provider).filter(({ phone, email }) => phone !== '' && email !== '');
  const find = (language: Owner['language'], business: boolean, place: string): Owner => {
    const found = all.find(
      (each) => each.language === language && businesses.has(each.id) === business && each.place === place,
    );
    if (!found) throw new Error(`Nobody in ${place} has a phone and mail.`);
    return found;
  };
  return {
    caller: find('it', false, 'Verbania'),
    writer: find('en', false, 'Stresa'),
    presser: find('it', true, 'Luino'),
    waiting: find('it', false, 'Omegna'),
    stranger: STRANGER,
  };
}

/**
 * The customers whose phones are shown. Set 0 is chosen so that each sort is seen: Italian and English, person and business, near and
 * far, and those who must hear nothing. Every other set is drawn at random from the whole provider, the same one each time.
 * `first`: who is shown before all others.
 */
export function createOwners(provider: Provider, first: readonly Owner[] = []): (set: number) => Owner[] {
  const all = ownersOf(provider).filter(({ phone, id }) => phone !== '' && !first.some((each) => each.id === id));
  const business = new Set(provider.customers.filter((each) => each.kind === 'business').map((each) => each.id));
  const sms = (each: Owner): boolean => each.notify.includes('sms');
  const behind = (each: Owner): boolean => each.where === 'behind';
  const wanted: ((each: Owner) => boolean)[] = [
    (each) =>
      behind(each) &&
      each.notify.join() === 'sms' &&
      each.language === 'it' &&
      each.place === 'Verbania' &&
      !business.has(each.id),
    (each) => behind(each) && sms(each) && each.language === 'en' && !business.has(each.id),
    (each) => behind(each) && each.notify.length === 2 && business.has(each.id),
    (each) => behind(each) && sms(each) && each.language === 'it' && each.place === 'Cannobio',
    isAsker,
    (each) => behind(each) && each.notify.join() === 'email' && each.place === 'Premeno',
    (each) => each.where === 'secondWay' && sms(each) && each.place === 'Luino',
    (each) => each.where === 'elsewhere' && sms(each) && each.place === 'Omegna',
  ];
  const chosen = [...first, ...wanted.flatMap((fits) => all.find(fits) ?? [])].slice(0, SHOWN);
  const rest = seededRandom(2).shuffled(all.filter((each) => !chosen.includes(each)));
  const sets = 1 + Math.ceil(rest.length / SHOWN);
  return (set) => {
    const number = set % sets;
    return number === 0 ? chosen : rest.slice((number - 1) * SHOWN, number * SHOWN);
  };
}
