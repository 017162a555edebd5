import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImportReport } from '../../contract/imports.ts';
import { freePort } from '../support/postgres.ts';
import { type CommandResult, makePremises, type Premises, runCommand, startProduct } from '../support/product.ts';
import { ENGINES } from '../support/test-platform.ts';

// The commands as a shell runs them: exit status 0 done, 1 the input is at fault, 2 usage, 3 the environment is at fault.
const FILES = {
  resources: `id,kind,name,upstream,lat,lon,battery_minutes
core-1,exchange,Centrale Verbania,,45.9214,8.5516,
mast-1,mast,Traliccio Monte Rosso,core-1,45.9406,8.5386,95
sector-1,sector,Settore nord,mast-1,45.9406,8.5386,
`,
  customers: `id,name,kind,tax_code,language,phone,email,pec,notify,consent_at,consent_source,consent_text
C-1,Anna Prina,consumer,,it,+393470000001,anna@example.com,,sms|email,2026-03-02T10:15:00Z,contratto,Avvisi di guasto
C-2,Bruno Zanetta,consumer,,it,+393470000002,,,sms,2026-03-02T10:15:00Z,contratto,Avvisi di guasto
`,
  services: `id,customer_id,product,address,resource_id,state,activated_on,ultrabroadband,monthly_fee
L-1,C-1,Radio 100,"Via Roma 1, Verbania",sector-1,active,2026-03-05,true,24.90
L-2,C-2,Radio 100,"Via Roma 2, Verbania",sector-1,active,2026-03-05,true,24.90
`,
};

/** One sentence or two, without a stack or a class name. */
const inWords = (text: string): void => {
  expect(text).toMatch(/^[A-Z].*[.)]\n?$/m);
  expect(text).not.toMatch(/ {4}at |Error:|node_modules/);
};

describe.each(ENGINES)('the commands, on %s', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'filodiretto-commands-'));
  let premises: Premises;
  const at = (): string[] => ['--data', premises.dataFolder];
  const fileOf = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const importing = (kind: keyof typeof FILES, content: string, ...options: string[]): Promise<CommandResult> =>
    runCommand(premises, ['import', kind, fileOf(`${kind}.csv`, content), ...options, ...at()]);

  beforeAll(async () => {
    premises = await makePremises(engine);
  });
  afterAll(async () => {
    await premises?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test('given an empty database, when it is migrated twice, then the second time finds nothing to do', async () => {
    const first = await runCommand(premises, ['migrate', ...at()]);
    expect(first.status, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^Applied: .*foundation/);
    expect(await runCommand(premises, ['migrate', ...at()])).toMatchObject({
      status: 0,
      stdout: 'The database is up to date.\n',
    });
  });

  test('given a file with wrong rows, when it is imported, then every one is named with its line and nothing is changed', async () => {
    const { status, stdout, stderr } = await importing(
      'resources',
      `${FILES.resources}mast-2,mast,Traliccio Stresa,nowhere,45.88,8.53,95\nmast-3,mast,,core-1,145.88,8.53,95\n`,
    );
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/refused, nothing was changed/);
    expect(stderr).toMatch(/^line 5, upstream: .*nowhere/m);
    expect(stderr).toMatch(/^line 6, name: /m);
    expect(stderr).toMatch(/^line 6, lat: /m);
    const { count } = await premises.readDatabase(async ({ db }) => ({
      count: (await sql<{ n: number }>`SELECT count(*) AS n FROM resources`.execute(db)).rows[0]?.n,
    }));
    expect(count).toBe(0);
  });

  test('given resources that hang on each other in a circle, when they are imported, then the circle is named', async () => {
    const { status, stderr } = await importing(
      'resources',
      'id,kind,name,upstream,lat,lon,battery_minutes\nmast-a,mast,A,mast-b,,,\nmast-b,mast,B,mast-c,,,\nmast-c,mast,C,mast-a,,,\n',
    );
    expect(status).toBe(1);
    for (const name of ['mast-a', 'mast-b', 'mast-c']) expect(stderr).toContain(name);
  });

  test('given a good file, when it is imported dry, then for real, then again, then only the second changes anything', async () => {
    const dry = await importing('resources', FILES.resources, '--dry-run');
    expect(dry.status, dry.stderr).toBe(0);
    expect(dry.stdout).toContain('3 would be added');
    expect(dry.stdout).toContain('nothing was changed');
    expect((await importing('resources', FILES.resources)).stdout).toContain('3 were added');
    expect((await importing('customers', FILES.customers)).stdout).toContain('2 were added');
    expect((await importing('services', FILES.services)).stdout).toContain('2 were added');
    const again = await importing('services', FILES.services, '--json');
    expect(again.status, again.stderr).toBe(0);
    const report = JSON.parse(again.stdout) as ImportReport;
    expect(report).toMatchObject({ state: 'done', rows: 2, added: 0, changed: 0, unchanged: 2, problems: [] });
  });

  test('given a file that is not there, when it is imported, then the input is at fault, in words', async () => {
    const { status, stderr } = await runCommand(premises, [
      'import',
      'resources',
      join(folder, 'nowhere.csv'),
      ...at(),
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain("can't be read");
  });

  test('given an installation, when the doctor looks at it, then every finding has a state and the machine gets the same as JSON', async () => {
    const text = await runCommand(premises, ['doctor', ...at()]);
    expect(text.status, text.stdout).toBe(0);
    expect(text.stdout).toMatch(/0 in trouble, \d+ to mind, \d+ fine\./);
    const json = await runCommand(premises, ['doctor', '--json', ...at()]);
    const { state, findings } = JSON.parse(json.stdout) as { state: string; findings: { what: string }[] };
    expect(state).toBe('warning');
    expect(findings.map(({ what }) => what)).toEqual(expect.arrayContaining(['Node.js', 'database', 'telling']));
  });

  test('given a colleague, when invited from the shell, then the link that is printed makes their account', async () => {
    const invited = await runCommand(premises, [
      'staff',
      'invite',
      'sara@example.com',
      '--name',
      'Sara Bellosta',
      '--role',
      'care',
      '--port',
      '8655',
      ...at(),
    ]);
    expect(invited.status, invited.stderr).toBe(0);
    expect(invited.stdout).toContain(':8655/desk/');
    const token = /\/desk\/\w+\/(\S+)/.exec(invited.stdout)?.[1];
    const product = await startProduct(premises);
    try {
      const post = (path: string, body: unknown): Promise<Response> =>
        fetch(`${product.baseUrl}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: product.baseUrl },
          body: JSON.stringify(body),
        });
      const password = 'parole di fila per Sara';
      const accepted = await post('/api/v1/invitations/accept', { token, password, name: 'Sara', email: 'x@y.it' });
      expect(accepted.ok || (await post('/api/v1/invitations/accept', { token, password })).ok).toBe(true);
      expect((await post('/api/auth/sign-in/email', { email: 'sara@example.com', password })).status).toBe(200);

      // A second process on the same folder: the embedded database belongs to one.
      if (engine === 'embedded') {
        for (const args of [
          ['start', '--port', '0', ...at()],
          ['migrate', ...at()],
        ]) {
          const second = await runCommand(premises, args);
          expect(second.status, second.stdout).toBe(3);
          expect(second.stderr).toContain(`in use by process ${product.pid}`);
          inWords(second.stderr);
        }
      }
    } finally {
      expect(await product.stop()).toBe(0);
    }
    expect(await runCommand(premises, ['staff', 'reset', 'nobody@example.com', ...at()])).toMatchObject({ status: 1 });
  });
});

// They wait for one another's processes only, so several run at once.
describe.concurrent('commands that cannot be done', () => {
  const folder = mkdtempSync(join(tmpdir(), 'filodiretto-commands-'));
  const at = (): string[] => ['--data', join(mkdtempSync(join(folder, 'own-')), 'data')];
  const plain = { environment: { DATABASE_URL: '', NO_COLOR: '1' } };
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    [{ PORT: 'eighty' }, 'PORT is "eighty"'],
    [{ PORT: '70000' }, 'PORT is "70000"'],
    [{ TIME_ZONE: 'Mars/Olympus' }, 'TIME_ZONE is "Mars/Olympus"'],
    [{ LOG_LEVEL: 'chatty' }, 'LOG_LEVEL is "chatty"'],
    [{ PUBLIC_URL: 'care.example.it' }, 'PUBLIC_URL is "care.example.it"'],
    [{ FILODIRETTO_KEY: 'short-and-secret' }, 'FILODIRETTO_KEY is "(hidden)"'],
    [{ DATABASE_URL: 'mysql://root:hunter22@db/x' }, 'DATABASE_URL is "mysql://root:…@db/x"'],
  ])(
    'given %j, when it is started, then it stops with the name of the value, and makes no data folder',
    async (environment, said) => {
      const [option = '', dataFolder = ''] = at();
      const { status, stderr, stdout } = await runCommand(
        plain,
        ['start', option, dataFolder],
        environment as Record<string, string>,
      );
      expect(status).toBe(3);
      expect(stderr).toContain(said);
      expect(stderr).toContain('It should be');
      expect(`${stdout}${stderr}`).not.toMatch(/hunter22|short-and-secret/);
      inWords(stderr);
      expect(existsSync(join(dataFolder, 'database'))).toBe(false);
    },
  );

  test('given a database server that nobody runs, when anything needs it, then that is said in words', async () => {
    const environment = { DATABASE_URL: `postgres://care:hunter22@127.0.0.1:${await freePort()}/care` };
    for (const command of [['start', '--port', '0'], ['migrate'], ['staff', 'invite', 'a@example.com']]) {
      const { status, stderr, stdout } = await runCommand(plain, [...command, ...at()], environment);
      expect(status, command.join(' ')).toBe(3);
      expect(`${stdout}${stderr}`).not.toContain('hunter22');
      inWords(stderr);
    }
    const doctor = await runCommand(plain, ['doctor', ...at()], environment);
    expect(doctor.status).toBe(3);
    expect(doctor.stdout).toContain('TROUBLE');
    expect(doctor.stdout).not.toContain('hunter22');
  });

  test('given a port that is taken, when it is started there, then it says so and ends', async () => {
    const premises = await makePremises('embedded');
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { status, stderr } = await runCommand(premises, [
      'start',
      '--port',
      String(port),
      '--data',
      premises.dataFolder,
    ]);
    holder.close();
    await premises.remove();
    expect(status, stderr).toBe(3);
    expect(stderr).toContain('The port is in use.');
    inWords(stderr);
  });

  test('given a server that takes connections and says nothing, when it is the database, then starting ends all the same', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const address = mute.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { status, stderr } = await runCommand(plain, ['migrate', ...at()], {
      DATABASE_URL: `postgres://care@127.0.0.1:${port}/care`,
    });
    mute.close();
    expect(status).toBe(3);
    inWords(stderr);
  });

  test.each([
    [['open-the-pod-bay-doors']],
    [['import']],
    [['import', 'invoices-of-last-year', 'x.csv']],
    [['import', 'resources']],
    [['staff', 'invite']],
    [['start', '--prot', '80']],
  ])('given %j, when it is run, then usage is at fault and help is pointed to', async (args) => {
    const { status, stderr } = await runCommand(plain, [...args]);
    expect(status).toBe(2);
    expect(stderr).not.toMatch(/ {4}at /);
    expect(stderr).toMatch(/--help|Usage:/);
  });

  test('given --help and --version, when they are asked for, then they are printed and all is well', async () => {
    const help = await runCommand(plain, ['--help']);
    expect(help.status).toBe(0);
    for (const command of ['start', 'example', 'import', 'staff', 'migrate', 'doctor'])
      expect(help.stdout).toContain(command);
    expect(await runCommand(plain, ['--version'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test('given roles that need a server, when the database is the embedded one, then they are refused in words', async () => {
    const { status, stderr } = await runCommand(plain, ['start', '--roles', 'worker', ...at()]);
    expect(status).toBe(3);
    expect(stderr).toContain('DATABASE_URL');
  });
});
