import type { Severity } from '../../../contract/incidents.ts';

/** How a label names a resource. `pattern` null matches any value; `*` in it stands for any run of characters. */
export interface MappingRule {
  id: string;
  sourceId: string | null;
  label: string;
  pattern: string | null;
  act: 'resource-by-id' | 'resource' | 'ignore';
  resourceId: string | null;
  severity: Severity | null;
}

export interface Mapping {
  /** The rule that decided; null for the built-in ones. */
  ruleId: string | null;
  ignored: boolean;
  /** A resource found by a rule. */
  resourceId: string | null;
  /** Or the ids under which the operator's own list may know it, most likely first. */
  candidates: string[];
  severity: Severity | null;
}

/** The labels that name the device by custom, asked after the operator's own rules. */
const CUSTOMARY = [
  'resource',
  'resource_id',
  'filodiretto_resource',
  'instance',
  'device',
  'host',
  'hostname',
  'node',
  'target',
  'sysName',
];

/** "mast-7:9100" is the exporter's address on mast-7; a URL is its host. */
export function withoutPort(value: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\/([^/:]+)/i.exec(value);
  if (url?.[1]) return url[1];
  const port = /^(.+):\d{1,5}$/.exec(value);
  return port?.[1] && !port[1].includes(':') ? port[1] : value;
}

export function matches(pattern: string | null, value: string): boolean {
  if (pattern === null) return true;
  const parts = pattern.toLowerCase().split('*');
  const text = value.toLowerCase();
  const [first = ''] = parts;
  if (parts.length === 1) return text === first;
  if (!text.startsWith(first)) return false;
  const last = parts.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.endsWith(last)) return false;
  // Linear, without a regular expression: the pattern is the operator's, the value is whatever a device sent.
  let position = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, position);
    if (found === -1 || found + part.length > end) return false;
    position = found + part.length;
  }
  return true;
}

/** Which resource an alarm speaks of. The first rule that matches decides; then the customary labels. */
export function mapAlarm(sourceId: string, labels: Record<string, string>, rules: readonly MappingRule[]): Mapping {
  for (const rule of rules) {
    const value = labels[rule.label];
    if (value === undefined || (rule.sourceId !== null && rule.sourceId !== sourceId) || !matches(rule.pattern, value))
      continue;
    const found = { ruleId: rule.id, ignored: rule.act === 'ignore', severity: rule.severity };
    if (rule.act === 'resource-by-id')
      return { ...found, resourceId: null, candidates: [...new Set([value, withoutPort(value)])] };
    return { ...found, resourceId: rule.resourceId, candidates: [] };
  }
  const candidates = CUSTOMARY.flatMap((label) => {
    const value = labels[label];
    return value === undefined ? [] : [value, withoutPort(value)];
  });
  return { ruleId: null, ignored: false, resourceId: null, candidates: [...new Set(candidates)], severity: null };
}

/** What a person would most likely map, when nothing matched: the customary label first, else any that isn't about the alert itself. */
export function tellingLabel(labels: Record<string, string>): { label: string; value: string } | null {
  const about = new Set([
    'alertname',
    'severity',
    'job',
    'priority',
    'team',
    'env',
    'environment',
    'prometheus',
    'monitor',
  ]);
  const label =
    CUSTOMARY.find((name) => labels[name] !== undefined) ??
    Object.keys(labels).find((name) => !about.has(name)) ??
    Object.keys(labels)[0];
  const value = label === undefined ? undefined : labels[label];
  return label === undefined || value === undefined ? null : { label, value };
}

// Bounded, so that a hostile body can't make the search long.
const SECRET_NAME =
  '[\\w.-]{0,40}(?:passw|passphrase|pwd|secret|token|credential|authori[sz]ation|api[_-]?key|private[_-]?key|cookie)[\\w.-]{0,40}';
const SECRET_VALUE = '\\\\?"(?:[^"\\\\]|\\\\.)*"?|\'[^\']*\'?|\\[[^\\]]*\\]?|[^\\s,;&}\\]"\']+';
const NAMED_SECRET = new RegExp(`(${SECRET_NAME}\\\\?["']?\\s{0,9}[:=]\\s{0,9})(?:${SECRET_VALUE})`, 'giu');

/** A text without what looks like a password or a token: the value after such a name, what follows Bearer or Basic, the user part of a URL. */
export const withoutSecrets = (text: string): string =>
  text
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]+/giu, '$1 […]')
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/giu, '$1[…]@')
    .replace(NAMED_SECRET, '$1[…]');
