import { STORY_MAST } from '../provider/network.ts';
import type { Customer, Provider } from '../provider/provider.ts';
import { seededRandom } from '../provider/random.ts';
import type { Person } from './state.ts';

export type Owner = Omit<Person, 'messages'> & { phone: string };

/** How many phones are shown at once. */
const SHOWN = 8;

const NORTH = /mast-(premeno|ghiffa|oggebbio|cannero|cannobio|miazzina)-/;
const SECOND_WAY = /mast-(luino|maccagno)-/;

/**
 * The customers whose phones are shown. Set 0 is chosen so that each sort is seen: Italian and English, person and business, near and
 * far, and those who must hear nothing. Every other set is drawn at random from the whole provider, the same one each time.
 */
export function createOwners(provider: Provider): (set: number) => Owner[] {
  const lineOf = new Map(
    provider.services.filter((line) => line.state === 'active').map((line) => [line.customerId, line] as const),
  );
  const owner = (customer: Customer): Owner | null => {
    const line = lineOf.get(customer.id);
    if (!line || customer.phone === '') return null;
    return {
      id: customer.id,
      name: customer.name,
      language: customer.language,
      phone: customer.phone,
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
  const all = provider.customers.flatMap((customer) => owner(customer) ?? []);
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
    (each) => behind(each) && each.notify.length === 0 && each.place === 'Ghiffa',
    (each) => behind(each) && each.notify.join() === 'email' && each.place === 'Premeno',
    (each) => each.where === 'secondWay' && sms(each) && each.place === 'Luino',
    (each) => each.where === 'elsewhere' && sms(each) && each.place === 'Omegna',
  ];
  const chosen = wanted.flatMap((fits) => all.find(fits) ?? []);
  const rest = seededRandom(2).shuffled(all.filter((each) => !chosen.includes(each)));
  const sets = 1 + Math.ceil(rest.length / SHOWN);
  return (set) => {
    const number = set % sets;
    return number === 0 ? chosen : rest.slice((number - 1) * SHOWN, number * SHOWN);
  };
}
