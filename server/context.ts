import { join } from 'node:path';
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { accessRoutes, createGuard, createStaffAuth, removeEndedSessions, unknownStaff } from './access/index.ts';
import { areaOf, DOCS_PAGE, withExamples } from './api-docs.ts';
import { careFigures, careReadiness } from './care-figures.ts';
import { caseRoutes, forgetDraftFiles } from './cases/index.ts';
import { openMailbox } from './channels/email/mailbox.ts';
import { hookRoutes } from './channels/webhook/routes.ts';
import type { Config } from './config.ts';
import { customerPageRoutes } from './customer-page/index.ts';
import { customerRoutes, mergeRoutes } from './customers/index.ts';
import { dailyRetention, exportRoutes } from './exports/index.ts';
import { createFlow } from './flow.ts';
import { importRoutes, resumeImports } from './imports/index.ts';
import {
  createMailboxWorker,
  forgetAutomaticAnswers,
  intakeRoutes,
  mailboxRoutes,
  seedLexicon,
} from './intake/index.ts';
import { createLiveFeed } from './live/feed.ts';
import { mailLink } from './mail-link.ts';
import {
  alarmRoutes,
  countIncidents,
  incidentRoutes,
  keepDelivery,
  resourceBriefs,
  sourceByToken,
  topologyRoutes,
} from './network/index.ts';
import { FIGURES_CHANNEL } from './notices/index.ts';
import {
  countOutbox,
  countRoutes,
  createOutboxWorker,
  forgetSingleTexts,
  outboxReadiness,
  outboxRoutes,
} from './outbox/index.ts';
import { createHttp, type Http } from './platform/http.ts';
import { startMaintenance } from './platform/maintenance.ts';
import type { Platform } from './platform/platform.ts';
import { rootFolder } from './platform/root-folder.ts';
import { hashToken } from './platform/secrets.ts';
import { securityHeaders } from './platform/security-headers.ts';
import { countOpenPromises, holidayRoutes, promiseRoutes } from './promises/index.ts';
import { searchRoutes } from './search/index.ts';
import { settingsRoutes } from './settings/index.ts';
import { createStatusPages, statusRoutes } from './status/index.ts';
import { makeFirstTeams, teamRoutes } from './teams/index.ts';
import { deskRoutes } from './web/index.ts';
import { startWorker } from './worker.ts';

/** The running product: what was started, and how to stop it in order. */
export interface Running {
  /** Where it listens; null when this process doesn't serve the web. */
  address: string | null;
  stop(): Promise<void>;
}

/** The only place where parts are joined. Starts what the roles of this process ask for. */
export async function startContext(platform: Platform, config: Config): Promise<Running> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const one of stops.reverse()) await one();
    stops.length = 0;
  };
  try {
    const flow = createFlow(platform);
    await platform.database.transaction((tx) => makeFirstTeams(tx, platform.clock));
    await seedLexicon(platform);
    let address: string | null = null;
    stops.push(
      startMaintenance(platform, {
        chores: [
          () => removeEndedSessions(platform.database.db, platform.clock.system(), 500),
          () => forgetSingleTexts(platform.database.db),
          dailyRetention(platform),
          () => forgetDraftFiles(platform.database.db, platform.clock.system()),
          () => forgetAutomaticAnswers(platform.database.db, platform.clock.business()),
        ],
      }),
    );
    if (config.roles.includes('channels')) {
      const outbox = createOutboxWorker(platform, flow.outbox);
      await outbox.start();
      stops.push(() => outbox.stop());
      const mailboxes = createMailboxWorker(platform, openMailbox);
      await mailboxes.start();
      stops.push(() => mailboxes.stop());
    }
    if (config.roles.includes('worker')) {
      // What a killed process left half-way goes on beside the rest; so does what another process left, once its lease is over.
      const resume = (): void => {
        resumeImports(platform).catch((error: unknown) =>
          platform.log.warn({ problem: String(error) }, 'an import could not go on; it is tried again'),
        );
      };
      resume();
      const timer = setInterval(resume, 60_000);
      stops.push(async () => clearInterval(timer));
      const worker = await startWorker(platform, () => flow.round());
      stops.push(() => worker.stop());
    }
    if (config.roles.includes('web')) {
      const web = await startWeb(platform, config, flow);
      stops.push(web.stop);
      address = web.address;
    }
    return { address, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startWeb(
  platform: Platform,
  config: Config,
  flow: ReturnType<typeof createFlow>,
): Promise<{ address: string; stop: () => Promise<void> }> {
  const { db } = platform.database;
  const auth = await createStaffAuth(platform, config.key);
  const http = createHttp({
    log: platform.log,
    guard: createGuard(platform, auth),
    trustedProxies: config.trustedProxies,
  });
  securityHeaders(http, { publicUrl: platform.publicUrl });
  await http.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Filodiretto',
        version: '1',
        description: 'What the desk uses. Errors are problem details (RFC 9457) with code, detail and help.',
      },
    },
    transform: ({ schema, url }) => ({ schema: { ...withExamples(schema), tags: [areaOf(url)] }, url }),
  });

  const pages = createStatusPages(platform);
  await pages.start();
  const feed = await createLiveFeed(platform, FIGURES_CHANNEL);

  accessRoutes(http, platform, auth, { mailLink: (link) => mailLink(platform, link) });
  settingsRoutes(http, platform, { unknownStaff });
  customerRoutes(http, platform, { describeResources: resourceBriefs });
  mergeRoutes(http, platform, flow.merging);
  importRoutes(http, platform);
  topologyRoutes(http, platform);
  alarmRoutes(http, platform, flow.onAlarms);
  incidentRoutes(http, flow.ports);
  teamRoutes(http, platform);
  intakeRoutes(http, flow.intake);
  mailboxRoutes(http, flow.intake, openMailbox);
  searchRoutes(http, platform);
  exportRoutes(http, platform);
  holidayRoutes(http, platform);
  caseRoutes(http, flow.intake.cases);
  promiseRoutes(http, platform, flow.describeSubjects, flow.namePeople);
  outboxRoutes(http, platform, flow.outbox);
  customerPageRoutes(http, {
    platform,
    cases: flow.intake.cases,
    intake: flow.intake,
    namePeople: flow.namePeople,
    judgeFile: flow.intake.cases.judgeFile,
  });
  feed.routes(http);
  hookRoutes(http, {
    sourceOf: (kind, token) => sourceByToken(db, kind, hashToken(token)),
    keep: (sourceId, body) =>
      platform.database.transaction((tx) => keepDelivery(tx, sourceId, body, platform.clock.business())),
  });
  statusRoutes(http, pages);
  deskRoutes(http, join(rootFolder, 'dist', 'desk'));
  operationRoutes(http, platform);

  const stop = async (): Promise<void> => {
    await feed.stop();
    await http.close();
    await pages.stop();
  };
  try {
    await http.listen({ port: config.port, host: config.host });
  } catch (error) {
    await stop(); // or their timers would keep the process alive after its last word
    throw error;
  }
  const bound = http.server.address();
  const port = typeof bound === 'object' && bound ? bound.port : config.port;
  return {
    address: `http://${config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host}:${port}`,
    stop,
  };
}

/** Alive, able to work, figures, and the description of the API. */
function operationRoutes(http: Http, platform: Platform): void {
  const { db } = platform.database;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const figure = (
    name: string,
    help: string,
    labelNames: string[],
    query: () => Promise<{ labels: Record<string, string>; value: number }[]>,
  ): void => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames,
        async collect() {
          this.reset();
          for (const { labels, value } of await query()) this.set(labels, value);
        },
      }),
    );
  };
  const counted = (count: () => Promise<{ state: string; count: number }[]>) => async () =>
    (await count()).map(({ state, count: value }) => ({ labels: { state }, value }));
  figure(
    'filodiretto_incidents',
    'Incidents that have not ended, by state.',
    ['state'],
    counted(() => countIncidents(db)),
  );
  figure(
    'filodiretto_outbox',
    'Rows of the outbox, by state.',
    ['state'],
    counted(() => countOutbox(db)),
  );
  figure(
    'filodiretto_promises',
    'Open promises, and open ones past their time.',
    ['state'],
    counted(() => countOpenPromises(db, platform.clock.business())),
  );
  figure(
    'filodiretto_routes',
    'Enabled routes, by state.',
    ['state'],
    counted(() => countRoutes(db)),
  );

  for (const { name, help, labelNames, query } of careFigures(platform)) figure(name, help, labelNames, query);

  const config = { access: 'public' } as const;
  http.get('/health', { config }, () => ({ alive: true }));
  http.get('/ready', { config }, async (_request, reply) => {
    const troubles: string[] = [];
    try {
      troubles.push(...(await outboxReadiness(db)), ...(await careReadiness(platform)));
    } catch {
      troubles.push('the database does not answer');
    }
    return reply.code(troubles.length === 0 ? 200 : 503).send({ ready: troubles.length === 0, troubles });
  });
  http.get('/metrics', { config }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  http.get('/api/openapi.json', { config }, () => http.swagger());
  // Its pages need styles of their own; scripts stay those of this server.
  void http.register(fastifySwaggerUi, DOCS_PAGE);
}
