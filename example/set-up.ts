import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlarmSourceMade } from '../contract/alarms.ts';
import type { InvitationMade, StaffMember, StaffRole } from '../contract/deeds.ts';
import type { ImportReport } from '../contract/imports.ts';
import type { Mailbox, NewMailbox } from '../contract/intake.ts';
import type { ChangeSettings, NewRoute, Settings } from '../contract/settings.ts';
import type { NewTeam, SetTeamMember, Team } from '../contract/teams.ts';
import { CARE_ADDRESS } from './correspondence.ts';
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
  const { telling, quietHours, operator, hours, cases } = await product.get<Settings>('/api/v1/settings');
  const change: ChangeSettings = {
    operator: { ...operator, name: provider.name, shortName: provider.shortName, phone: '', country: 'IT' },
    // 4,000 people are told without waiting for a person, and what staff sends waits 5 seconds, so that a watcher need not.
    telling: { ...telling, mostPeople: 10_000, mostCents: 100_000, undoSeconds: 5 },
    // The story has to be seen at any hour.
    quietHours: { ...quietHours, channels: [] },
    // Care is there at all hours, for the same reason, and what staff writes waits 3 seconds.
    hours: { ...hours, week: hours.week.map(() => [{ from: '00:00', to: '24:00' }]) },
    cases: { ...cases, undoSeconds: 3 },
    ladder: [
      { name: 'Rete', staffIds: [], role: 'technician', minutes: 15 },
      { name: 'Responsabile', staffIds: [], role: 'manager', minutes: 30 },
      { name: 'Direzione', staffIds: [], role: 'administrator', minutes: 60 },
    ],
    careLadder: [
      { name: 'Assistenza', staffIds: [], role: 'care', minutes: 60 },
      { name: 'Responsabile', staffIds: [], role: 'manager', minutes: 120 },
      { name: 'Direzione', staffIds: [], role: 'administrator', minutes: 240 },
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

/** The mailbox to which customers write, as an administrator connects one; resolves when it is being read. */
export async function connectMailbox(product: Product, neighbours: Neighbours, signal: AbortSignal): Promise<void> {
  const { id } = await product.send<Mailbox>('POST', '/api/v1/mailboxes', {
    name: 'Assistenza',
    kind: 'email',
    address: CARE_ADDRESS,
    config: {
      host: '127.0.0.1',
      port: neighbours.imapPort,
      secure: false,
      user: 'help',
      folder: 'INBOX',
      authservId: null,
      trustedRoots: null,
      markSeen: true,
    },
    password: 'secret',
    routeId: null,
    teamId: null,
    enabled: true,
  } satisfies NewMailbox);
  const until = Date.now() + CONNECT_MILLISECONDS;
  for (;;) {
    const mailbox = (await product.get<Mailbox[]>('/api/v1/mailboxes')).find((each) => each.id === id);
    if (mailbox?.state === 'up') return;
    if (Date.now() > until)
      throw new Error(`The mailbox is not read: ${mailbox?.stateReason ?? 'no reason is known'}.`);
    await sleep(250, undefined, { signal });
  }
}

/** The agent is in care and at the first level of the technical side, the technician on the masts. Gives the team on the masts. */
export async function formTeams(product: Product, { technician, care }: Omit<Staff, 'administrator'>): Promise<string> {
  const teams = await product.get<Team[]>('/api/v1/teams');
  const staff = await product.get<StaffMember[]>('/api/v1/staff');
  const crew: NewTeam = { name: 'Squadra antenne', kind: 'technical', acceptMinutes: 30 };
  const { id: crewId } = await product.send<Team>('POST', '/api/v1/teams', crew);
  const join = async (teamId: string | undefined, { email }: SignIn): Promise<void> => {
    const member = staff.find((each) => each.email === email)?.id;
    const place: SetTeamMember = { lead: true, capacity: 30 };
    await product.send('PUT', `/api/v1/teams/${teamId}/members/${member}`, place);
  };
  for (const kind of ['care', 'technical']) await join(teams.find((team) => team.kind === kind)?.id, care);
  await join(crewId, technician);
  return crewId;
}

/** A source of alarms with its token, as an administrator makes one for Alertmanager. */
export const connectMonitoring = (product: Product): Promise<AlarmSourceMade> =>
  product.send<AlarmSourceMade>('POST', '/api/v1/alarm-sources', { name: 'Alertmanager', kind: 'alertmanager' });

const CONNECT_MILLISECONDS = 60_000;
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
