import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEEDS, ROLES } from '../../contract/deeds.ts';
import { COLUMNS } from '../../server/imports/import.ts';
import { readHeader, readRow } from '../../server/imports/rules.ts';
import { rootFolder } from '../../server/platform/root-folder.ts';
import { readText, repositoryFiles } from './tracked-files.ts';

const files = repositoryFiles();
const documents = files.filter((path) => path.endsWith('.md'));

/** Without fenced code, in which a bracket is not a link and # is not a heading. */
const prose = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');

/** The anchor that a heading gets on the pages of code hosts: lower case, punctuation away, blanks as hyphens. */
const anchor = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (path: string): string[] =>
  [...prose(readText(path)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading));

/** The cells of each row of each table, without the lines between header and body. */
const tableRows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s:|-]+\|$/.test(line))
    .map((line) =>
      line
        .replace(/^\||\|$/g, '')
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );

const codeIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
const section = (text: string, title: string): string =>
  text.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? '';

describe('the documents', () => {
  test.each(documents)('%s: every relative link leads somewhere', (path) => {
    const broken: string[] = [];
    for (const [, target = ''] of prose(readText(path)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', fragment] = target.split('#');
      const there = file === '' ? path : join(dirname(path), file);
      const found = existsSync(join(rootFolder, there));
      if (!found || (fragment !== undefined && !anchorsOf(there).includes(fragment))) broken.push(target);
    }
    expect(broken).toEqual([]);
  });

  test.each(documents)('%s: every npm script and command that it names exists', (path) => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
    const text = readText(path);
    const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const commands = [...text.matchAll(/npm run filodiretto -- ([a-z]+)/g)].map(([, name = '']) => name);
    const program = readText('server/cli.ts');
    expect(commands.filter((name) => !program.includes(`'${name}'`))).toEqual([]);
  });

  test('ARCHITECTURE, CONTRIBUTING, SECURITY and the decisions name only files that are there', () => {
    const asked = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md'];
    const missing: string[] = [];
    for (const path of [...asked, ...documents.filter((name) => name.startsWith('docs/decisions/'))]) {
      for (const code of codeIn(prose(readText(path)))) {
        if (!/^[\w./-]+$/.test(code) || code.includes('NNNN')) continue;
        const isFile = /\.(ts|tsx|mjs|cjs|md|json|sql|csv)$/.test(code);
        const isFolder = /^[\w.-]+(\/[\w.-]+)*\/$/.test(code);
        if (!isFile && !isFolder) continue;
        // In prose a path may begin inside server/, and a file may go by its name.
        const known =
          existsSync(join(rootFolder, code)) ||
          existsSync(join(rootFolder, 'server', code)) ||
          (!code.includes('/') && files.some((file) => file.endsWith(`/${code}`)));
        if (!known) missing.push(`${path}: ${code}`);
      }
    }
    expect(missing).toEqual([]);
  });

  test('the tables of ARCHITECTURE name whole paths', () => {
    const paths = tableRows(readText('ARCHITECTURE.md'))
      .flatMap((cells) => cells.flatMap(codeIn))
      .filter((code) => /^[\w.-]+\/[\w./-]*$/.test(code));
    expect(paths.length).toBeGreaterThan(40);
    expect(paths.filter((path) => !existsSync(join(rootFolder, path)))).toEqual([]);
  });

  test('ARCHITECTURE tells every rule of the import law', () => {
    const rules = [...readText('.dependency-cruiser.cjs').matchAll(/name: '([a-z-]+)'/g)].map(([, name = '']) => name);
    const told = tableRows(section(readText('ARCHITECTURE.md'), 'Import law')).flatMap(([first = '']) => codeIn(first));
    expect(told.sort()).toEqual(rules.sort());
  });

  test('README begins with the two commands, and has every environment variable that is read', () => {
    const readme = readText('README.md');
    const blocks = [...readme.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].map(([, block = '']) => block.trim());
    expect(blocks.slice(0, 2)).toEqual(['npm ci && npm run example', 'npm ci && npm test']);
    const read = new Set(
      [...readText('server/config.ts').matchAll(/environment\.([A-Z][A-Z_]+)/g)].map(([, name = '']) => name),
    );
    const told = tableRows(readme).flatMap(([first = '']) =>
      codeIn(first).filter((code) => /^[A-Z][A-Z_]+$/.test(code)),
    );
    expect(told.sort()).toEqual([...read].sort());
  });

  test('the table of roles and deeds is the one that decides', () => {
    const [header = [], ...rows] = tableRows(section(readText('docs/staff.md'), 'Who may do what'));
    expect(header).toEqual(['deed', ...ROLES]);
    const told = Object.fromEntries(
      rows.map(([deed = '', ...cells]) => [codeIn(deed)[0], ROLES.filter((_, index) => cells[index] === '✓')]),
    );
    const decides = Object.fromEntries(
      Object.entries(DEEDS).map(([deed, roles]) => [
        deed,
        ROLES.filter((role) => (roles as readonly string[]).includes(role)),
      ]),
    );
    expect(told).toEqual(decides);
  });
});

describe.each(['resources', 'customers', 'services'] as const)('docs/import.md about %s', (kind) => {
  const part = section(readText('docs/import.md'), kind);
  const { needed, others } = COLUMNS[kind];

  test('has each column, and says which are needed', () => {
    const rows = tableRows(part).slice(1);
    const columns = (wanted: (need: string) => boolean): string[] =>
      rows.filter(([, need = '']) => wanted(need)).flatMap(([first = '']) => codeIn(first));
    expect(columns((need) => need === 'yes').sort()).toEqual([...needed].sort());
    expect(columns((need) => need !== 'yes').sort()).toEqual([...others].sort());
  });

  test('its example can be imported', () => {
    const [, csv = ''] = /```csv\n([\s\S]*?)```/.exec(part) ?? [];
    const [head = '', ...lines] = csv.trim().split('\n');
    const header = readHeader(kind, head.split(','));
    expect({ problems: header.problems, notes: header.notes }).toEqual({ problems: [], notes: [] });
    const facts = {
      now: new Date('2026-03-10T13:05:00Z'),
      timeZone: 'Europe/Rome',
      normalisePhone: (text: string) => text.replaceAll(' ', ''),
      normaliseMail: (text: string) => text,
    };
    expect(lines.length).toBeGreaterThan(1);
    for (const [index, line] of lines.entries()) {
      const cells = line.split(',').map((cell) => cell.replace(/^"|"$/g, ''));
      expect(readRow(kind, header.columns, cells, index + 2, facts).problems).toEqual([]);
    }
  });
});

test('the licence is the whole Apache License 2.0', () => {
  const text = readFileSync(join(rootFolder, 'LICENSE'), 'utf8');
  for (const part of ['Version 2.0, January 2004', '3. Grant of Patent License', 'END OF TERMS AND CONDITIONS'])
    expect(text).toContain(part);
  expect(text).toContain('Copyright 2026 The Filodiretto authors');
});
