import { network, type Resource, type Sector, STORY_MAST } from './network.ts';
import { BUSINESSES, FIRST_NAMES, FOREIGN_FIRST_NAMES, FOREIGN_LAST_NAMES, LAST_NAMES, STREETS } from './people.ts';
import { type Random, seededRandom } from './random.ts';

export interface Customer {
  id: string;
  name: string;
  kind: 'consumer' | 'business';
  language: 'it' | 'en';
  /** E.164 with +; empty where the provider has none. */
  phone: string;
  email: string;
  pec: string;
  /** The channels consented to; empty: nobody asked, or no. */
  notify: ('sms' | 'email')[];
  /** RFC 3339; empty where nothing was consented to. */
  consentAt: string;
  consentSource: string;
  consentText: string;
}

export interface Service {
  id: string;
  customerId: string;
  product: string;
  address: string;
  resourceId: string;
  state: 'pending' | 'active' | 'suspended' | 'ended';
  activatedOn: string;
  ultrabroadband: boolean;
  /** In cents, VAT included. */
  monthlyFeeCents: number;
}

export interface Provider {
  name: string;
  shortName: string;
  resources: Resource[];
  customers: Customer[];
  services: Service[];
}

/** How many customers once had a line at Monte Rosso that ended: they must not be told. */
const ENDED = 40;

/** Of a hundred customers: who agreed to what. The rest never said yes. */
const SHARES = { sms: 60, smsAndEmail: 10, email: 10 };

const CONSENT_TEXT = {
  it: 'Avvisi su guasti e lavori della mia linea, via SMS (1 euro al mese) o e-mail (gratis). Smetto quando voglio: basta rispondere STOP.',
  en: 'Messages about faults and works on my line, by SMS (1 euro a month) or e-mail (free). I can leave at any time: answering STOP is enough.',
};

const PRODUCTS = [
  { name: 'Lago 20', ultrabroadband: false, monthlyFeeCents: 1990 },
  { name: 'Lago 50', ultrabroadband: true, monthlyFeeCents: 2490 },
  { name: 'Lago 100', ultrabroadband: true, monthlyFeeCents: 2990 },
];
const BUSINESS_PRODUCTS = [
  { name: 'Lago Impresa 50', ultrabroadband: true, monthlyFeeCents: 3990 },
  { name: 'Lago Impresa 100', ultrabroadband: true, monthlyFeeCents: 5990 },
];

/** Letters that a mail address takes without quoting. */
const plainLetters = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '.')
    .replaceAll(/^\.|\.$/g, '');

const day = (random: Random, firstYear: number, lastYear: number): string =>
  `${random.between(firstYear, lastYear)}-${String(random.between(1, 12)).padStart(2, '0')}-${String(random.between(1, 28)).padStart(2, '0')}`;

/** How many of `count` are `share` percent, so that the sum over all is exact and not left to chance. */
function consents(random: Random, count: number): ('sms' | 'email')[][] {
  const part = (share: number): number => Math.round((count * share) / 100);
  const sms = part(SHARES.sms);
  const both = part(SHARES.smsAndEmail);
  const email = part(SHARES.email);
  return random.shuffled([
    ...Array.from({ length: both }, (): ('sms' | 'email')[] => ['sms', 'email']),
    ...Array.from({ length: sms }, (): ('sms' | 'email')[] => ['sms']),
    ...Array.from({ length: email }, (): ('sms' | 'email')[] => ['email']),
    ...Array.from({ length: count - sms - both - email }, (): ('sms' | 'email')[] => []),
  ]);
}

/**
 * A small wireless provider around Lago Maggiore: real places, made-up people. The same seed gives the same provider.
 *
 * 4,600 customers; 4,000 have their only active lines behind Monte Rosso, of whom 70 % agreed to SMS and 20 % to mail (10 % to both,
 * 20 % to nothing). Numbers begin with +39 399, a mobile prefix that is valid in form and that no Italian operator is known to
 * use; mail addresses are in the domains of RFC 2606. Neither can reach anybody.
 */
export function lagoWireless(seed = 1839): Provider {
  const random = seededRandom(seed);
  const { resources, sectors } = network();
  const lines: { sector: Sector; state: Service['state'] }[] = sectors.flatMap((sector) =>
    Array.from({ length: sector.customers }, () => ({ sector, state: 'active' as const })),
  );
  const first = sectors[0];
  if (!first) throw new Error('The network has no sector.');
  for (let index = 0; index < ENDED; index += 1) lines.push({ sector: first, state: 'ended' });

  const customers: Customer[] = [];
  const services: Service[] = [];
  const behind = new Set(behindStoryMast(resources));
  const isBehind = (line: (typeof lines)[number]): boolean =>
    line.state === 'active' && behind.has(line.sector.resource.id);
  const wishes = {
    behind: consents(random, lines.filter(isBehind).length),
    elsewhere: consents(random, lines.filter((line) => !isBehind(line)).length),
  };
  // Any 4,600 different numbers will do; neighbours in the file should not be neighbours in number.
  const numbers = random.shuffled(Array.from({ length: lines.length }, (_, index) => index));

  for (const [index, line] of random.shuffled(lines).entries()) {
    const id = `C${String(index + 1).padStart(5, '0')}`;
    const business = random.next() < 0.07;
    const english = random.next() < 0.06;
    const firstName = random.pick(english ? FOREIGN_FIRST_NAMES : FIRST_NAMES);
    const lastName = random.pick(english ? FOREIGN_LAST_NAMES : LAST_NAMES);
    const notify = (isBehind(line) ? wishes.behind : wishes.elsewhere).pop() ?? [];
    const language = english ? 'en' : 'it';
    const name = business ? `${random.pick(BUSINESSES)} ${lastName}` : `${firstName} ${lastName}`;
    const mailName = `${plainLetters(business ? name : `${firstName}.${lastName}`)}.${index + 1}`;
    const hasPhone = notify.includes('sms') || random.next() < 0.9;
    const hasMail = notify.includes('email') || random.next() < 0.5;
    const number = numbers[index] ?? index;
    customers.push({
      id,
      name,
      kind: business ? 'business' : 'consumer',
      language,
      phone: hasPhone ? `+39399${String(1_000_000 + number * 37).padStart(7, '0')}` : '',
      email: hasMail ? `${mailName}@${random.pick(['example.com', 'example.org'])}` : '',
      pec: business ? `${mailName}@pec.example.org` : '',
      notify,
      consentAt:
        notify.length > 0
          ? `${day(random, 2023, 2025)}T${String(random.between(8, 19)).padStart(2, '0')}:${String(random.between(0, 59)).padStart(2, '0')}:00+01:00`
          : '',
      consentSource: notify.length > 0 ? random.pick(['contratto', 'area clienti', 'negozio di Intra']) : '',
      consentText: notify.length > 0 ? CONSENT_TEXT[language] : '',
    });
    // A business sometimes has a second line, at the same place: it is still told once.
    const states: Service['state'][] = [line.state];
    if (business && line.state === 'active' && random.next() < 0.3) states.push('active');
    // Some away from the story have a line that was suspended, or that is still to come.
    if (!isBehind(line) && line.state === 'active' && random.next() < 0.04)
      states[0] = random.pick(['suspended', 'pending'] as const);
    const address = `${random.pick(STREETS)} ${random.between(1, 98)}, ${line.sector.place}`;
    for (const state of states) {
      const product = random.pick(business ? BUSINESS_PRODUCTS : PRODUCTS);
      services.push({
        id: `L${String(services.length + 1).padStart(5, '0')}`,
        customerId: id,
        product: product.name,
        address,
        resourceId: line.sector.resource.id,
        state,
        activatedOn: state === 'pending' ? '' : day(random, 2016, 2025),
        ultrabroadband: product.ultrabroadband,
        monthlyFeeCents: product.monthlyFeeCents,
      });
    }
  }
  return { name: 'Lago Wireless', shortName: 'LagoWifi', resources, customers, services };
}

/** The resources that have no way to an uplink but through Monte Rosso, itself included. */
function behindStoryMast(resources: readonly Resource[]): string[] {
  const down = new Set([STORY_MAST]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const resource of resources)
      if (
        !down.has(resource.id) &&
        resource.upstream.length > 0 &&
        resource.upstream.every((upstream) => down.has(upstream))
      ) {
        down.add(resource.id);
        grown = true;
      }
  }
  return [...down];
}
