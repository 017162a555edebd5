import { Value } from 'typebox/value';
import { type NewRoute, type Route, SmppConfig, SmtpConfig } from '../../contract/settings.ts';
import type { Actor } from '../platform/actor.ts';
import { conflict, invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { isSecretReference } from '../platform/secrets.ts';
import { readSettings } from '../settings/index.ts';
import { enqueueSingle } from './enqueue-single.ts';
import {
  channelOf,
  countQueued,
  endRouteRow,
  lockRoute,
  readRoutes,
  type StoredRoute,
  writeRoute,
} from './route-store.ts';
import { isSender } from './rules.ts';

/** PATCH /api/v1/routes/:id: some of the fields of NewRoute; `config` as a whole; `password` left out: unchanged. */
export interface ChangeRoute {
  name?: string;
  enabled?: boolean;
  costMillicents?: number;
  config?: SmppConfig | SmtpConfig;
  password?: string;
}

/** The routes that exist, with how many messages wait for their channel (counted up to 10,000). */
export async function listRoutes(platform: Platform): Promise<Route[]> {
  const { db } = platform.database;
  const queued = {
    sms: await countQueued(db, 'sms'),
    email: await countQueued(db, 'email'),
    pec: await countQueued(db, 'pec'),
  };
  return (await readRoutes(db)).map((route) => present(route, queued[channelOf(route.kind)]));
}

/** Makes a route. Throws `bad-sender`, `route-name-taken`. */
export async function makeRoute(platform: Platform, actor: Actor, given: NewRoute): Promise<Route> {
  const route: StoredRoute = {
    id: newId(),
    name: given.name,
    enabled: given.enabled,
    costMillicents: given.costMillicents,
    sealedPassword: seal(platform, given.password),
    state: 'unknown',
    stateSince: null,
    stateReason: null,
    ...(given.kind === 'smpp' ? { kind: 'smpp', config: given.config } : { kind: given.kind, config: given.config }),
  };
  checkSender(route);
  await save(platform, actor, route, 'route.made');
  return present(route, 0);
}

/** Changes a route; the running workers take it up at once. Throws `not-found`, `bad-sender`, `bad-config`, `route-name-taken`. */
export async function changeRoute(platform: Platform, actor: Actor, id: string, change: ChangeRoute): Promise<Route> {
  return await platform.database.transaction(async (tx) => {
    const before = await lockRoute(tx, id);
    if (!before) throw notFound('This route');
    const route: StoredRoute = {
      ...before,
      name: change.name ?? before.name,
      enabled: change.enabled ?? before.enabled,
      costMillicents: change.costMillicents ?? before.costMillicents,
      sealedPassword: change.password === undefined ? before.sealedPassword : seal(platform, change.password),
    };
    if (change.config) {
      if (!Value.Check(route.kind === 'smpp' ? SmppConfig : SmtpConfig, change.config))
        throw invalid(
          'bad-config',
          `The configuration is not that of a route of kind ${route.kind}.`,
          'Compare with /api/docs.',
        );
      Object.assign(route, { config: change.config });
    }
    checkSender(route);
    if (!(await writeRoute(tx, route, platform.clock.business()))) throw nameTaken(route.name);
    await recordEvents(tx, platform.clock, actor, [
      {
        kind: 'route.changed',
        subjectKind: 'route',
        subjectId: id,
        data: { fields: Object.keys(change), enabled: route.enabled },
      },
    ]);
    return present(route, await countQueued(tx, channelOf(route.kind)));
  });
}

/** Ends a route: nothing leaves by it any more; what waits goes by the others of its channel. */
export async function endRoute(platform: Platform, actor: Actor, id: string): Promise<void> {
  await platform.database.transaction(async (tx) => {
    if (!(await lockRoute(tx, id))) throw notFound('This route');
    await endRouteRow(tx, id, platform.clock.business());
    await recordEvents(tx, platform.clock, actor, [{ kind: 'route.ended', subjectKind: 'route', subjectId: id }]);
  });
}

/** Sends a test message by this very route. Returns the id of its outbox row. Throws `route-disabled`, `bad-address`. */
export async function testRoute(platform: Platform, actor: Actor, id: string, to: string): Promise<string> {
  return await platform.database.transaction(async (tx) => {
    const route = await lockRoute(tx, id);
    if (!route) throw notFound('This route');
    if (!route.enabled)
      throw conflict('route-disabled', 'This route is switched off.', 'Switch it on, then send the test.');
    const address = route.kind === 'smpp' ? to.replace(/[ ./-]/g, '') : to.trim();
    const right = route.kind === 'smpp' ? /^\+\d{6,15}$/ : /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,253}$/;
    if (!right.test(address))
      throw invalid(
        'bad-address',
        route.kind === 'smpp' ? 'This is not a phone number with its country prefix.' : 'This is not a mail address.',
        route.kind === 'smpp' ? 'Write it as +39 333 1234567.' : 'Write it as name@example.org.',
      );
    const { operator } = await readSettings(tx);
    const text =
      operator.defaultLanguage === 'it'
        ? `${operator.shortName}: messaggio di prova. Il collegamento funziona.`
        : `${operator.shortName}: test message. The route works.`;
    const messageId = await enqueueSingle(tx, platform.clock, {
      kind: 'test',
      channel: channelOf(route.kind),
      to: address,
      subject: operator.defaultLanguage === 'it' ? 'Messaggio di prova' : 'Test message',
      text,
      language: operator.defaultLanguage,
      validMinutes: 15,
      routeId: id,
    });
    await recordEvents(tx, platform.clock, actor, [
      { kind: 'route.tested', subjectKind: 'route', subjectId: id, data: { message: messageId } },
    ]);
    return messageId;
  });
}

async function save(platform: Platform, actor: Actor, route: StoredRoute, kind: string): Promise<void> {
  await platform.database.transaction(async (tx) => {
    if (!(await writeRoute(tx, route, platform.clock.business()))) throw nameTaken(route.name);
    await recordEvents(tx, platform.clock, actor, [
      { kind, subjectKind: 'route', subjectId: route.id, data: { kind: route.kind, enabled: route.enabled } },
    ]);
  });
}

const nameTaken = (name: string) =>
  conflict('route-name-taken', `There is already a route named "${name}".`, 'Choose another name.');

function checkSender(route: StoredRoute): void {
  if (route.kind === 'smpp' && !isSender(route.config.sender))
    throw invalid(
      'bad-sender',
      `"${route.config.sender}" can't be the sender of an SMS.`,
      'Use a number of 3 to 15 digits, or a registered name of at most 11 letters, digits and spaces.',
    );
  if (route.kind !== 'smpp' && (/[\r\n]/.test(route.config.from) || !/^[^@]*[^\s@<]@[^\s@]+$/.test(route.config.from)))
    throw invalid(
      'bad-sender',
      'The sender is not a mail address.',
      'Write care@example.org, or Care <care@example.org>.',
    );
}

/** A reference to the environment is no secret and stays as it is. */
function seal(platform: Platform, password: string | undefined): string | null {
  if (password === undefined || password === '') return null;
  return isSecretReference(password) ? password : platform.vault.seal(password);
}

const present = (route: StoredRoute, queued: number): Route => ({
  id: route.id,
  name: route.name,
  enabled: route.enabled,
  costMillicents: route.costMillicents,
  kind: route.kind,
  config: route.config,
  hasPassword: route.sealedPassword !== null,
  state: route.enabled ? route.state : 'unknown',
  stateSince: route.stateSince?.toISOString() ?? null,
  stateReason: route.enabled ? route.stateReason : null,
  queued,
});
