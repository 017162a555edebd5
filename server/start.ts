import { firstRunLink } from './access/index.ts';
import { ensureBuilt } from './build-desk.ts';
import type { Config } from './config.ts';
import { startContext } from './context.ts';
import { openPlatform } from './open-platform.ts';
import type { Clock } from './platform/clock.ts';
import { Failure } from './platform/errors.ts';

/** What cannot be promised on the embedded database, in plain words. */
const POWER_CUT =
  'Database: embedded. A crash of the program loses nothing, but a power cut or a crash of the machine can lose the last moments or more: for a real operation set DATABASE_URL to a PostgreSQL server (15 or newer).';

export interface Started {
  address: string | null;
  /** The one-time link that makes the first administrator; null once there is one. */
  firstAdministratorLink: string | null;
  /** Resolves when everything has been stopped, by a signal or by `stop`. */
  stopped: Promise<void>;
  stop(): Promise<void>;
}

/** Starts the product: database, migrations, what the roles ask for. SIGINT and SIGTERM stop it in order. */
export async function start(
  config: Config,
  { clock, print }: { clock: Clock; print: (text: string) => void },
): Promise<Started> {
  if (config.roles.length < 3 && config.databaseUrl === null) {
    throw new Failure({
      code: 'roles-need-server',
      kind: 'environment',
      detail: 'The embedded database belongs to one process, so --roles can’t split the work.',
      help: 'Set DATABASE_URL, or leave --roles out.',
    });
  }
  if (config.roles.includes('web')) await ensureBuilt(print);
  const { platform, applied, close } = await openPlatform(config, clock);
  try {
    // On port 0 the public address is only known once the server listens: until then links carry the configured one.
    const running = await startContext(platform, config);
    if (config.databaseUrl === null) print(POWER_CUT);
    if (config.keyIsNew)
      print(
        `Key: made in ${config.dataFolder}/key. Keep a copy apart from the database: without it stored passwords of routes can’t be read.`,
      );
    if (applied.length > 0) platform.log.info({ applied }, 'migrations applied');
    const firstAdministratorLink = config.roles.includes('web') ? await firstRunLink(platform) : null;
    if (running.address) {
      print(
        `Filodiretto listens on ${running.address}: desk ${platform.publicUrl}/desk, public status ${platform.publicUrl}/status`,
      );
      if (firstAdministratorLink)
        print(`First run. This link makes the administrator; it works once, for 24 hours:\n${firstAdministratorLink}`);
    }
    let stopping: Promise<void> | null = null;
    let done: () => void = () => {};
    const stopped = new Promise<void>((resolve) => {
      done = resolve;
    });
    const stop = (): Promise<void> => {
      stopping ??= (async () => {
        process.off('SIGINT', onSignal);
        process.off('SIGTERM', onSignal);
        await running.stop();
        await close();
        done();
      })();
      return stopping;
    };
    const onSignal = (): void => {
      stop().catch((error: unknown) => {
        platform.log.error({ problem: String(error) }, 'stopping failed');
        process.exit(3);
      });
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    return { address: running.address, firstAdministratorLink, stopped, stop };
  } catch (error) {
    await close();
    throw error;
  }
}
