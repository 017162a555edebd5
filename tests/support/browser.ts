import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { IntlMessageFormat } from 'intl-messageformat';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Language } from '../../contract/answer.ts';
import { rootFolder } from '../../server/platform/root-folder.ts';

const run = promisify(execFile);

/** The package unpacks into the temporary folder and reuses whatever lies there under the name "chromium": a folder for each version, filled in one move. */
async function unpackedBrowser(): Promise<string> {
  const main = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  let home = dirname(main);
  while (!existsSync(join(home, 'package.json'))) home = dirname(home);
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const folder = join(tmpdir(), `filodiretto-chromium-${version}-${process.getuid?.() ?? 0}`);
  if (!existsSync(folder)) {
    const own = mkdtempSync(join(tmpdir(), 'filodiretto-chromium-'));
    await run(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        "import chromium from '@sparticuz/chromium'; process.stdout.write(await chromium.executablePath());",
      ],
      // The named environment makes it unpack the libraries too that a bare machine lacks.
      { cwd: rootFolder, env: { ...process.env, TMPDIR: own, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' } },
    );
    try {
      renameSync(own, folder);
    } catch {
      rmSync(own, { recursive: true, force: true }); // another process was faster
    }
  }
  return folder;
}

/** Starts the browser of the tests; close it afterwards. */
export async function openBrowser(): Promise<Browser> {
  const folder = await unpackedBrowser();
  const executablePath = join(folder, 'chromium');
  const lacking = spawnSync('ldd', [executablePath], { encoding: 'utf8' }).stdout.includes('not found');
  return await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-background-networking'],
    env: {
      ...(process.env as Record<string, string>),
      HOME: folder,
      ...(lacking ? { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') } : {}),
    },
  });
}

export interface Person {
  page: Page;
  context: BrowserContext;
  /** What went wrong on the pages so far: errors of scripts, refused or failed requests, broken policies, anything remote. Empty is well. */
  troubles: readonly string[];
  /** Takes those back that were to be expected at this point. */
  forgive(expected: RegExp): void;
}

/** Somebody with a browser of their own (cookies, language), in the operator's time zone. */
export async function sitDown(
  browser: Browser,
  baseUrl: string,
  options: {
    width?: number;
    height?: number;
    language?: Language;
    javaScript?: boolean;
    colours?: 'light' | 'dark';
  } = {},
): Promise<Person> {
  const context = await browser.newContext({
    baseURL: baseUrl,
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
    locale: options.language === 'en' ? 'en-GB' : 'it-IT',
    timezoneId: 'Europe/Rome',
    javaScriptEnabled: options.javaScript ?? true,
    colorScheme: options.colours ?? 'light',
  });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // Before the sign-in the desk asks who is there, and the answer is 401.
    if (message.text().includes('status of 401') && message.location().url.endsWith('/api/v1/me')) return;
    // A preview asked for just before the incident changed is refused as stale, and asked for again.
    if (message.text().includes('status of 409') && message.location().url.endsWith('/announcements/preview')) return;
    if (message.type() === 'error') troubles.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(baseUrl))
      troubles.push(`remote: ${request.url()}`);
  });
  const forgive = (expected: RegExp): void => {
    troubles.splice(0, troubles.length, ...troubles.filter((trouble) => !expected.test(trouble)));
  };
  return { page, context, troubles, forgive };
}

type Values = Record<string, string | number>;

/** The desk's own words: pages are searched by what a person reads, and a better word needs no change in a test. */
export function wordsOf(language: Language): (key: string, values?: Values) => string {
  const catalogue = JSON.parse(
    readFileSync(join(rootFolder, 'web', 'desk', 'messages', `${language}.json`), 'utf8'),
  ) as Record<string, string>;
  const locale = language === 'it' ? 'it-IT' : 'en-GB';
  return (key, values) => {
    const message = catalogue[key];
    if (message === undefined) throw new Error(`The desk has no words for ${key}.`);
    return String(new IntlMessageFormat(message, locale, undefined, { ignoreTag: true }).format(values));
  };
}
