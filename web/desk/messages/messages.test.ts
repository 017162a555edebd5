import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import { ADVICE, ANNOUNCEMENT_KINDS, CAUSES, NEXT_STEPS } from '../../../contract/answer.ts';
import {
  CASE_CHANNELS,
  CASE_STATES,
  CASE_VIEWS,
  MESSAGE_KINDS,
  TOPICS,
  VISIBILITIES,
  WAITING_FOR,
} from '../../../contract/cases.ts';
import { DEEDS, ROLES } from '../../../contract/deeds.ts';
import { ImportReport } from '../../../contract/imports.ts';
import { AnnouncementState, INCIDENT_STATES } from '../../../contract/incidents.ts';
import { FOUND_BY } from '../../../contract/search.ts';
import { TEAM_KINDS } from '../../../contract/teams.ts';

const here = dirname(fileURLToPath(import.meta.url));
const catalogue = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(here, `${language}.json`), 'utf8'));
const it_ = catalogue('it');
const en = catalogue('en');

/** The sources of the desk, to find the messages that they ask for. */
const sources = readdirSync(join(here, '..'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.'))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  .join('\n');

const wordsOf = (schema: object): string[] => (schema as { enum: string[] }).enum;

const CONTRACT_WORDS: Record<string, readonly string[]> = {
  cause: CAUSES,
  'next-step': NEXT_STEPS,
  advice: ADVICE,
  'announcement-kind': ANNOUNCEMENT_KINDS,
  'announcement-state': wordsOf(AnnouncementState),
  'incident-state': INCIDENT_STATES,
  'import-state': wordsOf(ImportReport.properties.state),
  role: ROLES,
  deed: Object.keys(DEEDS),
  'case-state': CASE_STATES,
  'case-view': CASE_VIEWS.flatMap((view) => [view, `${view}.none`]),
  'case-channel': CASE_CHANNELS,
  'waiting-for': WAITING_FOR,
  topic: TOPICS,
  visibility: VISIBILITIES,
  'message-kind': MESSAGE_KINDS,
  delivery: ['held', 'queued', 'sent', 'delivered', 'failed', 'withdrawn', 'in doubt'],
  'found-by': FOUND_BY,
  'team-kind': TEAM_KINDS,
  severity: ['critical', 'major', 'minor', 'info'],
  channel: ['sms', 'email', 'pec'],
  standing: ['none', 'in time', 'at risk', 'late', 'settled'],
  'promise-state': ['open', 'kept', 'broken', 'superseded', 'withdrawn'],
  'waiting-reason': ['observing', 'people', 'cost', 'paused'],
  'staff-state': ['invited', 'active', 'ended'],
  'source-kind': ['alertmanager', 'alarms'],
  consent: ['none', 'granted', 'refused'],
  'consent.says': ['granted', 'refused'],
  'customer-kind': ['consumer', 'business'],
  'service-state': ['pending', 'active', 'suspended', 'ended'],
  verification: ['claimed', 'verified'],
  'route-state': ['unknown', 'up', 'down'],
};

describe('the words of the desk', () => {
  it('are the same messages in both languages', () => {
    expect(Object.keys(it_)).toEqual(Object.keys(en));
  });

  it('are well-formed, and take the same values in both languages', () => {
    const holes = (message: string, locale: string) => {
      const found = new Set<string>();
      const walk = (node: unknown): void => {
        if (Array.isArray(node)) for (const child of node) walk(child);
        else if (typeof node === 'object' && node !== null) {
          const { type, value } = node as { type?: number; value?: unknown };
          if (type !== undefined && type >= 1 && type <= 6 && typeof value === 'string') found.add(value);
          for (const child of Object.values(node)) if (typeof child === 'object') walk(child);
        }
      };
      walk(new IntlMessageFormat(message, locale, undefined, { ignoreTag: true }).getAst());
      return [...found].sort();
    };
    for (const [key, message] of Object.entries(en)) {
      expect({ key, holes: holes(it_[key] ?? '', 'it') }).toEqual({ key, holes: holes(message, 'en') });
    }
  });

  it.each(Object.entries(CONTRACT_WORDS))('name every %s of the contract', (family, values) => {
    const missing = values.filter((value) => !en[`${family}.${value}`] || !it_[`${family}.${value}`]);
    expect(missing).toEqual([]);
  });

  it('are all there for what the screens ask', () => {
    const asked = [...sources.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => match[1] ?? '');
    expect(asked.length).toBeGreaterThan(150);
    expect(asked.filter((key) => !(key in en))).toEqual([]);
  });

  it('are never empty, and never say what customers must not read', () => {
    for (const [key, message] of Object.entries({ ...en, ...it_ }))
      expect({ key, empty: message.trim() === '' }).toEqual({ key, empty: false });
    const all = Object.values(it_).join('\n');
    expect(all).not.toMatch(/disservizio|ottimizzazione|a breve|il prima possibile/i);
  });
});
