import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rootFolder } from '../../server/platform/root-folder.ts';
import { readText, repositoryFiles } from './tracked-files.ts';

const files = repositoryFiles();
const isText = (path: string): boolean => !/\.(png|jpg|ico|woff2|gz)$/.test(path);
const isSource = (path: string): boolean => /\.(ts|tsx|mjs|cjs|js)$/.test(path);
const isTest = (path: string): boolean => path.startsWith('tests/') || /\.(test|fixture)\.tsx?$/.test(path);
/** These two speak of what they forbid. */
const forbidding = ['tests/house-rules/repository.test.ts', 'CONTRIBUTING.md'];

interface Package {
  license?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}
const own = JSON.parse(readText('package.json')) as Package;
const dependencies = Object.entries({ ...own.dependencies, ...own.devDependencies });

const LARGEST = 600_000;
const MOST_LINES = 400;

const LICENCES = [
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'MIT OR Apache-2.0',
  '(ISC AND CC-BY-3.0)',
];
/** Whose licence has no name of its own: read, permissive, and named in NOTICE. */
const READ_BY_US = ['dejavu-fonts-ttf'];

/** SQL that still stands outside a store: each goes into one, and no file comes to this list. */
const SQL_TO_MOVE = [
  'server/cases/move-cases.ts',
  'server/cases/number.ts',
  'server/cases/present.ts',
  'server/cases/sent-to.ts',
  'server/customers/erased-refusals.ts',
  'server/intake/automatic-answers.ts',
  'server/intake/keep-sms.ts',
  'server/intake/list-inbound.ts',
  'server/intake/receive.ts',
];

/** The files among `paths` in which a line matches, as path:line. */
function linesWith(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) =>
    readText(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
  );
}

describe('the repository', () => {
  test('names no package registry: an installation uses the one of its surroundings', () => {
    const text = files.filter((path) => isText(path) && !forbidding.includes(path));
    expect(linesWith(text, /registry\.(npmjs|yarnpkg)|npm\.pkg\.github|registry-url|_authToken/i)).toEqual([]);
    expect(linesWith(['package-lock.json'], /"resolved":\s*"(?!node_modules|file:)/)).toEqual([]);
  });

  test('leaves nothing half done in its source', () => {
    const source = files.filter((path) => isSource(path) && !forbidding.includes(path));
    expect(linesWith(source, /\bTODO\b|\bFIXME\b|not implemented|coming soon/i)).toEqual([]);
  });

  test('runs all of its tests', () => {
    const tests = files.filter((path) => isSource(path) && isTest(path) && !forbidding.includes(path));
    expect(linesWith(tests, /\b(test|it|describe)\.only\(/)).toEqual([]);
  });

  test('pins every dependency to one version', () => {
    expect(dependencies.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  test('uses dependencies with a permissive licence only', () => {
    const licences = dependencies.map(([name]) => {
      const { license } = JSON.parse(readText(`node_modules/${name}/package.json`)) as Package;
      return [name, license ?? 'none said'] as const;
    });
    expect(licences.filter(([name, licence]) => !LICENCES.includes(licence) && !READ_BY_US.includes(name))).toEqual([]);
    expect(READ_BY_US.filter((name) => !readText('NOTICE').includes(name))).toEqual([]);
  });

  test('holds no file that is too large', () => {
    expect(files.filter((path) => statSync(join(rootFolder, path)).size > LARGEST)).toEqual([]);
  });

  test('has its SQL in stores: *store.ts, and the platform that they stand on', () => {
    const others = files.filter(
      (path) =>
        path.startsWith('server/') &&
        isSource(path) &&
        !isTest(path) &&
        !path.startsWith('server/platform/') &&
        !/(^|[/-])store\.ts$/.test(path),
    );
    const holdsSql = (path: string): boolean => /^import \{[^}]*\bsql\b[^}]*\} from 'kysely'/m.test(readText(path));
    expect(others.filter((path) => holdsSql(path) && !SQL_TO_MOVE.includes(path))).toEqual([]);
    expect(others.filter((path) => !holdsSql(path) && SQL_TO_MOVE.includes(path))).toEqual([]);
  });

  test('has source files that can be read in one go', () => {
    const lengths = files
      .filter((path) => isSource(path) && !isTest(path))
      .map((path) => ({ path, lines: readText(path).trimEnd().split('\n').length }));
    expect(lengths.filter(({ lines }) => lines > MOST_LINES)).toEqual([]);
  });
});
