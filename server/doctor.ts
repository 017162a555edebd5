import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { CareVitals } from './care-figures.ts';
import type { Config } from './config.ts';
import { askServer, migrationOf, tablesWithoutMonth } from './doctor-store.ts';
import { type Database, openDatabase } from './platform/database/database.ts';
import { readMigrations } from './platform/database/migrate.ts';
import { Failure } from './platform/errors.ts';
import type { Logger } from './platform/log.ts';
import { readSettings } from './settings/index.ts';

/** One thing that was looked at. `help`: what would make it better; null where nothing is to be done. */
export interface Finding {
  what: string;
  state: 'ok' | 'warning' | 'trouble';
  detail: string;
  help: string | null;
}

export interface DoctorInputs {
  config: Config;
  environment: NodeJS.ProcessEnv;
  log: Logger;
  /** The routes out, as the desk shows them. */
  listRoutes?: (
    database: Database,
  ) => Promise<{ name: string; enabled: boolean; state: string; stateReason: string | null }[]>;
  /** Mailboxes, what waits, and promises that passed in silence. */
  care?: (database: Database) => Promise<CareVitals>;
}

const GIB = 1024 ** 3;
/** Below it the embedded database and the send journal may soon not be able to write. */
const DISK_TROUBLE = GIB / 4;
const DISK_WARNING = 2 * GIB;
/** Receipts, sessions and certificates bear some seconds. */
const CLOCK_SECONDS = 5;
const LEAST_NODE = [20, 19] as const;

const ok = (what: string, detail: string): Finding => ({ what, state: 'ok', detail, help: null });
const warning = (what: string, detail: string, help: string): Finding => ({ what, state: 'warning', detail, help });
const trouble = (what: string, detail: string, help: string): Finding => ({ what, state: 'trouble', detail, help });

/** Looks at everything that an installation stands on, and changes nothing: no migration, no database made. Never throws for what it finds. */
export async function doctor(inputs: DoctorInputs): Promise<Finding[]> {
  const { config } = inputs;
  return [
    checkNode(process.versions.node),
    ...checkDataFolder(config.dataFolder),
    checkKey(config, inputs.environment),
    checkPublicUrl(config.publicUrl),
    ...(await checkDatabase(inputs)),
  ];
}

/** 0, or 3 when something is in trouble: the environment is at fault. */
export const doctorExitStatus = (findings: readonly Finding[]): 0 | 3 =>
  findings.some(({ state }) => state === 'trouble') ? 3 : 0;

/** For a terminal: a line for each finding, and below it what would help. */
export function doctorText(findings: readonly Finding[]): string {
  const mark = { ok: 'ok      ', warning: 'warning ', trouble: 'TROUBLE ' };
  const width = Math.max(0, ...findings.map(({ what }) => what.length));
  const lines = findings.flatMap(({ what, state, detail, help }) => [
    `${mark[state]} ${what.padEnd(width)}  ${detail}`,
    ...(help ? [`${' '.repeat(mark[state].length + width + 3)}${help}`] : []),
  ]);
  const count = (wanted: Finding['state']): number => findings.filter(({ state }) => state === wanted).length;
  lines.push('', `${count('trouble')} in trouble, ${count('warning')} to mind, ${count('ok')} fine.`);
  return `${lines.join('\n')}\n`;
}

/** For machines: one object with `state` (the worst) and `findings`. */
export function doctorJson(findings: readonly Finding[]): string {
  const state =
    (['trouble', 'warning'] as const).find((worst) => findings.some((finding) => finding.state === worst)) ?? 'ok';
  return `${JSON.stringify({ state, findings })}\n`;
}

function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (major < leastMajor || (major === leastMajor && minor < leastMinor))
    return trouble('Node.js', `This is ${version}.`, `Use ${LEAST_NODE.join('.')} or newer; 22 or 24 is recommended.`);
  if (major < 22)
    return warning('Node.js', `This is ${version}; its line gets no more security fixes.`, 'Use 22 or 24.');
  return ok('Node.js', `This is ${version}.`);
}

function checkDataFolder(folder: string): Finding[] {
  if (!existsSync(folder))
    return [
      warning(
        'data folder',
        `${folder} does not exist yet.`,
        'The first start makes it; check that it is the folder you mean.',
      ),
    ];
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return [
      trouble(
        'data folder',
        `${folder} can't be written.`,
        'Give it to the user that runs Filodiretto, or choose another with --data.',
      ),
    ];
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const said = `${(free / GIB).toFixed(1)} GiB are free.`;
  const disk =
    free < DISK_TROUBLE
      ? trouble('disk', said, 'Make room now: without it nothing can be stored or sent.')
      : free < DISK_WARNING
        ? warning('disk', said, 'Make room, or move the data folder.')
        : ok('disk', said);
  return [ok('data folder', `${folder} can be written.`), disk];
}

function checkKey(config: Config, environment: NodeJS.ProcessEnv): Finding {
  if (environment.FILODIRETTO_KEY) return ok('key', 'It comes from FILODIRETTO_KEY.');
  return warning(
    'key',
    `It lies in ${join(config.dataFolder, 'key')}${config.keyIsNew ? ', made just now' : ''}.`,
    'Keep a copy apart from the backups, or set FILODIRETTO_KEY: who has folder and backup can read the stored secrets.',
  );
}

function checkPublicUrl(publicUrl: string): Finding {
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === 'https:') return ok('PUBLIC_URL', `${publicUrl}, encrypted.`);
  if (['localhost', '127.0.0.1', '[::1]'].includes(hostname))
    return warning(
      'PUBLIC_URL',
      `${publicUrl} is reachable from this machine only.`,
      'Before customers or colleagues use it, put a proxy with a certificate in front and set PUBLIC_URL to its https address.',
    );
  return trouble(
    'PUBLIC_URL',
    `${publicUrl} is not encrypted: passwords and customers' pages can be read on the way.`,
    'Put a proxy with a certificate in front, and set PUBLIC_URL to its https address.',
  );
}

async function checkDatabase(inputs: DoctorInputs): Promise<Finding[]> {
  const { config, log } = inputs;
  const embedded = config.databaseUrl === null;
  const findings: Finding[] = [];
  if (embedded) {
    findings.push(
      warning(
        'power cut',
        'The embedded database does not force its writes to the disk: a crash of the program loses nothing, but a power cut can lose the last seconds or damage it.',
        'Make backups, use a UPS; for whatever must survive a power cut use PostgreSQL (DATABASE_URL).',
      ),
    );
    if (!existsSync(join(config.dataFolder, 'database')))
      return [...findings, warning('database', 'There is none yet in the data folder.', 'The first start makes it.')];
  }
  let database: Database;
  try {
    database = await openDatabase({
      url: config.databaseUrl,
      dataFolder: config.dataFolder,
      schema: config.schema,
      log,
      connections: 1,
    });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === 'data-folder-in-use')
      return [
        ...findings,
        warning(
          'database',
          `${error.detail} What is in the embedded database can only be looked at while nothing runs.`,
          'Stop it and look again, or ask its /ready.',
        ),
      ];
    return [...findings, trouble('database', error.detail, error.help ?? 'Check DATABASE_URL.')];
  }
  try {
    findings.push(...(await lookInside(database, inputs)));
  } catch (error) {
    findings.push(
      trouble(
        'database',
        `It can't be read: ${(error as Error).message}.`,
        'Check the rights of its user, or restore a backup.',
      ),
    );
  } finally {
    await database.close();
  }
  return findings;
}

async function lookInside(database: Database, inputs: DoctorInputs): Promise<Finding[]> {
  const server = await askServer(database.db);
  const findings = [
    ok(
      'database',
      `${database.engine === 'embedded' ? 'Embedded PostgreSQL' : 'PostgreSQL'} ${server?.version ?? ''}.`,
    ),
  ];
  const apart = Math.abs(Date.now() - (server?.at.getTime() ?? 0)) / 1000;
  findings.push(
    apart <= CLOCK_SECONDS
      ? ok('clock', 'Agrees with the clock of the database.')
      : warning(
          'clock',
          `It is ${Math.round(apart)} seconds away from the clock of the database.`,
          'Let both machines keep time by NTP.',
        ),
  );
  const schema = await checkSchema(database);
  findings.push(schema);
  if (schema.state === 'trouble') return findings;
  if (schema.state === 'ok') {
    findings.push(await checkPartitions(database));
    findings.push(...(await checkTelling(database, inputs)));
    if (inputs.care) findings.push(...checkCare(await inputs.care(database)));
  }
  return findings;
}

async function checkSchema(database: Database): Promise<Finding> {
  const newest = readMigrations().at(-1)?.number ?? 0;
  const number = await migrationOf(database);
  if (number === null)
    return warning(
      'schema',
      `There is none named ${database.schema} yet.`,
      'The next start makes it; so does: filodiretto migrate.',
    );
  if (number > newest)
    return trouble(
      'schema',
      `The database is at ${number}, this program knows ${newest}.`,
      'Start the newer version that made it.',
    );
  if (number < newest)
    return warning(
      'schema',
      `The database is at ${number}, this program brings ${newest}.`,
      'The next start migrates it; so does: filodiretto migrate. Make a backup before.',
    );
  return ok('schema', `${database.schema} is at ${number}, the newest.`);
}

async function checkPartitions(database: Database): Promise<Finding> {
  const now = new Date();
  const month = `${now.getUTCFullYear()}_${String(now.getUTCMonth() + 1).padStart(2, '0')}`;
  const without = await tablesWithoutMonth(database, month);
  if (without.length === 0) return ok('partitions', 'This month has its own.');
  return warning(
    'partitions',
    `This month has none in: ${without.join(', ')}.`,
    'A running server makes them; nothing is lost meanwhile, it is only slower.',
  );
}

function checkCare({ mailboxes, waiting, silent }: CareVitals): Finding[] {
  const findings = mailboxes.map(({ name, state, stateReason }) => {
    const what = `mailbox ${name}`;
    if (state === 'up') return ok(what, 'It was connected when it was last read.');
    if (state === 'down')
      return trouble(
        what,
        `It is down${stateReason ? `: ${stateReason}` : ''}.`,
        'Check its address, user and password in the settings.',
      );
    return warning(
      what,
      'It has not been read yet.',
      'Start a process that does channels, and test it in the settings.',
    );
  });
  if (mailboxes.length === 0)
    findings.push(warning('mailboxes', 'No mailbox is read.', 'Add one in the settings, if customers write by mail.'));
  findings.push(
    waiting === 0
      ? ok('messages in', 'Everything that came in is worked off.')
      : warning('messages in', `${waiting} wait to be worked off.`, 'A running server does it; look again then.'),
    silent === 0
      ? ok('promises', 'None about a case passed its time in silence.')
      : warning(
          'promises',
          `${silent} about cases passed their time in silence.`,
          'Start the server: it says so to the customers.',
        ),
  );
  return findings;
}

async function checkTelling(database: Database, { listRoutes }: DoctorInputs): Promise<Finding[]> {
  const { telling } = await readSettings(database.db);
  const findings = [
    !telling.on
      ? warning(
          'telling',
          'Off: outages are observed, and nobody is told.',
          'An administrator switches it on in the settings.',
        )
      : telling.paused
        ? warning('telling', 'Paused: everything waits.', 'End the pause in the settings.')
        : ok('telling', 'On.'),
  ];
  if (!listRoutes) return findings;
  const enabled = (await listRoutes(database)).filter((route) => route.enabled);
  if (enabled.length === 0) {
    const help = 'Add one in the settings of the desk and send yourself a test.';
    const detail = 'There is no route for messages out.';
    findings.push(telling.on ? trouble('routes', detail, help) : warning('routes', detail, help));
  }
  for (const route of enabled) {
    const what = `route ${route.name}`;
    if (route.state === 'up') findings.push(ok(what, 'It was connected when it was last used.'));
    else if (route.state === 'down')
      findings.push(
        trouble(
          what,
          `It is down${route.stateReason ? `: ${route.stateReason}` : ''}.`,
          'Check its address, user and password in the settings.',
        ),
      );
    else findings.push(warning(what, 'It has not been used yet.', 'Send yourself a test from the settings.'));
  }
  return findings;
}
