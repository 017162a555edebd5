import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlarmSourceMade } from '../contract/alarms.ts';
import type { InvitationMade, StaffRole } from '../contract/deeds.ts';
import type { ImportReport } from '../contract/imports.ts';
import type { ChangeSettings, NewRoute, Settings } from '../contract/settings.ts';
import type { Neighbours } from './neighbours.ts';
import type { Product } from './product.ts';
import { type ProviderFiles, providerFiles } from './provider/csv.ts';
import type { Provider } from './provider/provider.ts';

export interface SignIn {
  name: string;
  roles: StaffRole[];
  email: string;
  password: string;
}

const PEOPLE = {
  administrator: { name: 'Elena Garlanda', email: 'elena@example.com', roles: ['administrator'] },
  technician: { name: 'Davide Cerutti', email: 'davide@example.com', roles: ['technician'] },
  care: { name: 'Sara Bellosta', email: 'sara@example.com', roles: ['care'] },
} as const satisfies Record<string, { name: string; email: string; roles: readonly StaffRole[] }>;

export interface Staff {
  administrator: SignIn;
  technician: SignIn;
  care: SignIn;
}

/** Easy to read and to type, and long enough: 16 letters and digits without those that look alike. */
function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = (): string => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}

const tokenOf = (link: string): string => new URL(link).pathname.split('/').at(-1) ?? '';

async function accept(product: Product, link: string, person: (typeof PEOPLE)[keyof Staff]): Promise<SignIn> {
  const password = newPassword();
  const token = tokenOf(link);
  await product.send('POST', '/api/v1/invitations/look', { token });
  await product.send('POST', '/api/v1/invitations/accept', {
    token,
    email: person.email,
    name: person.name,
    password,
  });
  return { ...person, roles: [...person.roles], password };
}

/** Makes the first administrator through the one-time link and signs in as such. */
export async function joinAsAdministrator(product: Product, link: string): Promise<SignIn> {
  const administrator = await accept(product, link, PEOPLE.administrator);
  await product.signIn(administrator.email, administrator.password);
  return administrator;
}

/** Invites the colleagues, and accepts for them, so that one can sign in as each. `product`: signed in as administrator. */
export async function inviteColleagues(
  product: Product,
  anybody: Product,
): Promise<{ technician: SignIn; care: SignIn }> {
  const join = async (person: (typeof PEOPLE)[keyof Staff]): Promise<SignIn> => {
    const { link } = await product.send<InvitationMade>('POST', '/api/v1/staff/invitations', {
      email: person.email,
      name: person.name,
      roles: person.roles,
    });
    return accept(anybody, link, person);
  };
  return { technician: await join(PEOPLE.technician), care: await join(PEOPLE.care) };
}

/** The settings of the example that differ from a fresh installation. Telling stays off until everything else stands. */
export async function setOperator(product: Product, provider: Provider): Promise<void> {
  const { telling, quietHours, operator } = await product.get<Settings>('/api/v1/settings');
  const change: ChangeSettings = {
    operator: { ...operator, name: provider.name, shortName: provider.shortName, phone: '', country: 'IT' },
    // 4,000 people are told without waiting for a person, and what staff sends waits 5 seconds, so that a watcher need not.
    telling: { ...telling, mostPeople: 10_000, mostCents: 100_000, undoSeconds: 5 },
    // The story has to be seen at any hour.
    quietHours: { ...quietHours, channels: [] },
    ladder: [
      { name: 'Rete', staffIds: [], role: 'technician', minutes: 15 },
      { name: 'Responsabile', staffIds: [], role: 'manager', minutes: 30 },
      { name: 'Direzione', staffIds: [], role: 'administrator', minutes: 60 },
    ],
  };
  await product.send('PATCH', '/api/v1/settings', change);
}

/** The observe-only brake comes off: from now on customers are told. */
export async function switchTellingOn(product: Product): Promise<void> {
  const { telling } = await product.get<Settings>('/api/v1/settings');
  await product.send('PATCH', '/api/v1/settings', { telling: { ...telling, on: true } } satisfies ChangeSettings);
}

/** SMS over SMPP and mail over SMTP, to the programs at the other end of the wire. */
export async function connectRoutes(product: Product, neighbours: Neighbours, provider: Provider): Promise<void> {
  const routes: NewRoute[] = [
    {
      name: 'SMSC',
      kind: 'smpp',
      enabled: true,
      costMillicents: 4500,
      config: {
        host: '127.0.0.1',
        port: neighbours.smppPort,
        tls: false,
        systemId: 'lago',
        systemType: '',
        sender: provider.shortName,
        window: 20,
        perSecond: 400,
      },
      password: 'example',
    },
    {
      name: 'Mail',
      kind: 'smtp',
      enabled: true,
      costMillicents: 0,
      config: {
        host: '127.0.0.1',
        port: neighbours.smtpPort,
        tls: 'none',
        user: '',
        from: 'avvisi@example.com',
        connections: 4,
        perSecond: 100,
      },
    },
  ];
  for (const route of routes) await product.send('POST', '/api/v1/routes', route);
}

/** A source of alarms with its token, as an administrator makes one for Alertmanager. */
export const connectMonitoring = (product: Product): Promise<AlarmSourceMade> =>
  product.send<AlarmSourceMade>('POST', '/api/v1/alarm-sources', { name: 'Alertmanager', kind: 'alertmanager' });

const IMPORT_MILLISECONDS = 180_000;

async function importFile(
  product: Product,
  fileName: keyof ProviderFiles,
  content: string,
  signal: AbortSignal,
): Promise<void> {
  const form = new FormData();
  form.set('kind', fileName.replace('.csv', ''));
  form.set('file', new Blob([content], { type: 'text/csv' }), fileName);
  let report = await product.send<ImportReport>('POST', '/api/v1/imports', form);
  const patience = Date.now() + IMPORT_MILLISECONDS;
  while (!['done', 'refused', 'failed'].includes(report.state)) {
    if (Date.now() > patience) throw new Error(`The import of ${fileName} is still ${report.state} after 3 minutes.`);
    await sleep(250, undefined, { signal });
    report = await product.get<ImportReport>(`/api/v1/imports/${report.id}`);
  }
  if (report.state === 'done') return;
  const [problem] = report.problems;
  const why = problem ? ` Line ${problem.line}, ${problem.column ?? 'the row'}: ${problem.wrong} ${problem.right}` : '';
  throw new Error(`The import of ${fileName} was ${report.state}: ${report.problemCount} problems.${why}`);
}

/** Network, customers, lines: in this order, since each names the one before. */
export async function importProvider(product: Product, provider: Provider, signal: AbortSignal): Promise<void> {
  const files = providerFiles(provider);
  for (const name of ['resources.csv', 'customers.csv', 'services.csv'] as const)
    await importFile(product, name, files[name], signal);
}
