import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { FACTS, HIDDEN } from '../incidents/event-facts.ts';

const here = dirname(fileURLToPath(import.meta.url));
const catalogue = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(here, `${language}.json`), 'utf8'));
const catalogues = { it: catalogue('it'), en: catalogue('en') };

/** What stands for the end of a kind that is put together: `promise.${state}`. */
const ENDINGS: Record<string, readonly string[]> = {
  'promise.': ['kept', 'broken', 'withdrawn'],
  'import.': ['done', 'refused', 'failed'],
  'route.': ['up', 'down'],
  'mailbox.': ['up', 'down'],
  'announcement.': ['released', 'refused', 'undone'],
};

const kinds = new Set<string>();
const rules = new Set<string>();
const fields = new Set<string>();
const reasons = new Set<string>();

const KIND =
  /^(case|incident|announcement|promise|alarms|alarm-rule|alarm-source|import|route|settings|staff|outbox|consent|topology|customer)\.[a-z-]+$/;
const ON_TIMELINE = /^(incident|announcement|promise)\./;

/** Every text that an expression can be, where the source says it. */
function textsOf(expression: ts.Expression): string[] {
  if (ts.isStringLiteralLike(expression)) return [expression.text];
  if (ts.isAsExpression(expression)) return textsOf(expression.expression);
  if (ts.isConditionalExpression(expression))
    return [...textsOf(expression.whenTrue), ...textsOf(expression.whenFalse)];
  if (ts.isTemplateExpression(expression))
    return (ENDINGS[expression.head.text] ?? ['?']).map((ending) => expression.head.text + ending);
  return [];
}

const assignedTo = (literal: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined =>
  literal.properties.find(
    (property): property is ts.PropertyAssignment =>
      ts.isPropertyAssignment(property) && property.name.getText() === name,
  )?.initializer;

function visit(node: ts.Node): void {
  if (ts.isStringLiteralLike(node) && KIND.test(node.text)) kinds.add(node.text);
  if (ts.isObjectLiteralExpression(node)) {
    const because = assignedTo(node, 'because');
    if (because) for (const text of textsOf(because)) reasons.add(text);
    const kind = assignedTo(node, 'kind');
    const said = kind ? textsOf(kind) : [];
    const name = assignedTo(node, 'name');
    if (said.includes('rule') && name) for (const text of textsOf(name)) rules.add(text);
    if (assignedTo(node, 'subjectKind')) {
      for (const text of said) if (text.includes('.')) kinds.add(text);
      const data = assignedTo(node, 'data');
      if (data && ts.isObjectLiteralExpression(data) && said.some((text) => ON_TIMELINE.test(text)))
        for (const property of data.properties) if (property.name) fields.add(property.name.getText());
    }
  }
  ts.forEachChild(node, visit);
}

const server = join(here, '..', '..', '..', 'server');
for (const entry of readdirSync(server, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.ts') || /\.(test|fixture)\.ts$/.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const source = readFileSync(path, 'utf8');
  if (/recordEvents|kind: 'rule'|because: '/.test(source))
    visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true));
}

describe.each(Object.entries(catalogues))('what the server records, in the words of %s', (_language, words) => {
  it('has a title for every kind of event', () => {
    expect(kinds.size).toBeGreaterThan(50);
    expect([...kinds].filter((kind) => !words[`event.${kind}`])).toEqual([]);
  });

  it('has a name for every rule that acts', () => {
    expect(rules.size).toBeGreaterThan(7);
    expect([...rules].filter((rule) => !words[`actor.${rule}`])).toEqual([]);
  });

  it('has words for every reason that it gives', () => {
    expect(reasons.size).toBeGreaterThan(4);
    expect([...reasons].filter((reason) => !words[`because.${reason}`])).toEqual([]);
  });
});

describe('the fields of what the timeline shows', () => {
  it('are each shown in words, or hidden on purpose', () => {
    expect(fields.size).toBeGreaterThan(15);
    expect([...fields].filter((field) => !(field in FACTS) && !HIDDEN.has(field))).toEqual([]);
  });
});
