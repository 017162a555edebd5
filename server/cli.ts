import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { type Config, readConfig } from './config.ts';
import { createClock } from './platform/clock.ts';
import { Failure } from './platform/errors.ts';
import type { Platform } from './platform/platform.ts';
import { rootFolder } from './platform/root-folder.ts';

// Each command loads what it needs when it runs: help, usage and a wrong setting are answered without the whole product.

/** Exit statuses that scripts rely on: 0 done, 1 the input is at fault, 2 usage, 3 the environment is at fault. */
const DONE = 0;
const INPUT = 1;
const USAGE = 2;
const ENVIRONMENT = 3;

interface Common {
  data?: string;
  port?: string;
  roles?: string;
}

/** `filodiretto …`: runs one command and sets the exit status. Errors go to stderr, in one sentence, with what would help. */
export async function main(args: string[]): Promise<void> {
  const program = build();
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : USAGE;
  if (error instanceof Failure) {
    process.stderr.write(`${error.message}\n`);
    return error.kind === 'environment' ? ENVIRONMENT : INPUT;
  }
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    process.stderr.write(
      code === 'EADDRINUSE'
        ? 'The port is in use. Choose another one with --port, or stop what uses it.\n'
        : `${message}. Choose a port above 1023, or a folder that can be written.\n`,
    );
    return ENVIRONMENT;
  }
  process.stderr.write(`${process.env.LOG_LEVEL === 'debug' ? stack : message}\n`);
  return ENVIRONMENT;
}

function build(): Command {
  const version = (JSON.parse(readFileSync(join(rootFolder, 'package.json'), 'utf8')) as { version: string }).version;
  const program = new Command('filodiretto')
    .description('Customer care for internet and phone operators.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(filodiretto --help shows how)');
  const command = (parent: Command, name: string, description: string): Command =>
    parent
      .command(name)
      .description(description)
      .exitOverride()
      .option('--data <folder>', 'data folder (default: ./data)');

  command(program, 'start', 'serve everything; the database is DATABASE_URL, else an embedded one in the data folder')
    .option('--port <port>', 'port (default: 8600)')
    .option('--roles <roles>', 'web,worker,channels: what this process does (default: all)')
    .action(async (options: Common) => {
      const config = readConfig(process.env, options);
      const { start } = await import('./start.ts');
      const { stopped } = await start(config, { clock: createClock(), print: say });
      await stopped;
    });

  command(program, 'example', 'start with the example operator, its network simulated')
    .option('--port <port>', 'port (default: 8600)')
    .option('--speed <factor>', 'how fast the business clock runs', '10')
    .addOption(new Option('--story <story>', 'what happens').choices(['mast', 'heard']).default('mast'))
    .action(async (options: Common & { speed: string; story: 'mast' | 'heard' }) => {
      const { example } = await import('./example.ts');
      await example(options, say);
    });

  const imports = program
    .command('import')
    .description('import CSV files: everything or nothing, with a report by row')
    .exitOverride();
  for (const kind of ['resources', 'customers', 'services'] as const) {
    command(imports, kind, `import ${kind}`)
      .argument('<file>', 'CSV file with a header row')
      .option('--dry-run', 'check and report, change nothing')
      .option('--complete', 'the file is complete: what is not in it ends')
      .option('--force', 'even where more than 10 % would end')
      .option('--json', 'print the report as JSON')
      .action(
        async (
          file: string,
          options: Common & { dryRun?: boolean; complete?: boolean; force?: boolean; json?: boolean },
        ) => {
          const { importCommand } = await import('./imports/index.ts');
          process.exitCode = await withPlatform(options, (platform) =>
            importCommand(
              {
                kind,
                file,
                dryRun: options.dryRun === true,
                complete: options.complete === true,
                force: options.force === true,
                json: options.json === true,
              },
              platform,
              { out: process.stdout, err: process.stderr },
            ),
          );
        },
      );
  }

  const staff = program.command('staff').description('invite staff, reset passwords').exitOverride();
  command(staff, 'invite', 'print a one-time link with which somebody joins')
    .argument('<email>')
    .option('--port <port>', 'port of the server, for the link, where PUBLIC_URL is not set (default: 8600)')
    .option('--name <name>', 'their name')
    .option('--role <role...>', 'their roles (default: administrator)')
    .action(async (email: string, options: Common & { name?: string; role?: string[] }) => {
      await withPlatform(options, async (platform) => {
        const { staffInviteCommand } = await import('./access/index.ts');
        const { link, expiresAt } = await staffInviteCommand(platform, email, {
          ...(options.name ? { name: options.name } : {}),
          ...(options.role ? { roles: options.role } : {}),
        });
        say(`${link}\nIt works once, until ${expiresAt.toISOString()}.`);
      });
    });
  command(staff, 'reset', 'print a one-time link with which somebody sets a new password')
    .argument('<email>')
    .option('--port <port>', 'port of the server, for the link, where PUBLIC_URL is not set (default: 8600)')
    .action(async (email: string, options: Common) => {
      await withPlatform(options, async (platform) => {
        const { staffResetCommand } = await import('./access/index.ts');
        const { link, expiresAt } = await staffResetCommand(platform, email);
        say(`${link}\nIt works once, until ${expiresAt.toISOString()}.`);
      });
    });

  const exports = program.command('export').description('write what is kept into files').exitOverride();
  command(exports, 'case', 'a case as a ZIP: PDF, messages, originals, attachments')
    .argument('<number>', 'the number of the case')
    .requiredOption('--out <folder>', 'where the file is written')
    .option('--all', 'also notes and what is for the house only; without it, what the customer may see')
    .action(async (number: string, options: Common & { out: string; all?: boolean }) => {
      const { exportCaseCommand } = await import('./exports/index.ts');
      await withPlatform(options, async (platform) =>
        say(await exportCaseCommand(platform, number, { out: options.out, all: options.all === true })),
      );
    });

  command(program, 'migrate', 'bring the database to this version').action(async (options: Common) => {
    const config = readConfig(process.env, options);
    const { openPlatform } = await import('./open-platform.ts');
    const { applied, close } = await openPlatform(config, createClock());
    await close();
    say(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}.`);
  });

  command(program, 'doctor', 'look at everything that this installation stands on; changes nothing')
    .option('--json', 'print the findings as JSON')
    .action(async (options: Common & { json?: boolean }) => {
      const config = readConfig(process.env, options);
      const [
        { doctor, doctorExitStatus, doctorJson, doctorText },
        { listRoutesForDoctor },
        { careVitals },
        { createLog },
      ] = await Promise.all([
        import('./doctor.ts'),
        import('./outbox/index.ts'),
        import('./care-figures.ts'),
        import('./platform/log.ts'),
      ]);
      const findings = await doctor({
        config,
        environment: process.env,
        log: createLog('silent'),
        listRoutes: listRoutesForDoctor,
        care: careVitals,
      });
      say(options.json ? doctorJson(findings) : doctorText(findings));
      process.exitCode = doctorExitStatus(findings);
    });
  return program;
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Opens the database for one command. The embedded one belongs to one process: while the server runs, its API or desk does the same. */
async function withPlatform<T>(options: Common, work: (platform: Platform) => Promise<T>): Promise<T> {
  const config: Config = { ...readConfig({ LOG_LEVEL: 'warn', ...process.env }, options) };
  const { openPlatform } = await import('./open-platform.ts');
  const { platform, close } = await openPlatform(config, createClock());
  try {
    return await work(platform);
  } finally {
    await close();
  }
}
