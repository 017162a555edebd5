import type {
  AlarmRule,
  AlarmSource,
  NewAlarmRule,
  NewAlarmSource,
  TroubledDelivery,
  UnmappedAlarm,
} from '../../../contract/alarms.ts';
import type { AlarmBrief, ResourceBrief } from '../../../contract/incidents.ts';
import type { Actor } from '../../platform/actor.ts';
import type { Db } from '../../platform/database/database.ts';
import { conflict, invalid, notFound } from '../../platform/errors.ts';
import { recordEvents } from '../../platform/events.ts';
import type { Platform } from '../../platform/platform.ts';
import { hashToken, newToken } from '../../platform/secrets.ts';
import { findResources, liveResources, resourceBriefs, resourceIds } from '../topology/index.ts';
import { mapAlarm, tellingLabel, withoutPort, withoutSecrets } from './rules.ts';
import {
  deleteRule,
  endSource,
  insertRule,
  insertSource,
  type ListedAlarm,
  listAlarms,
  listTroubled,
  mapStored,
  readRules,
  takeUnmapped,
} from './store.ts';
import { usableRules } from './usable-rules.ts';
import type { OnAlarms } from './work-off.ts';

/** Makes a mapping rule and applies it at once to the alarms that found no resource. Returns the rule and how many found theirs by it. */
export async function makeRule(
  platform: Platform,
  actor: Actor,
  rule: NewAlarmRule,
  onAlarms: OnAlarms,
): Promise<{ id: string; mapped: number }> {
  if ((rule.act === 'resource') !== Boolean(rule.resourceId)) {
    throw invalid(
      'rule-incomplete',
      'A rule that names one resource needs that resource, and only such a rule has one.',
      'Choose the resource, or let the label’s value be the resource’s id.',
    );
  }
  return await platform.database.transaction(async (tx) => {
    if (rule.resourceId && !(await liveResources(tx, [rule.resourceId])).has(rule.resourceId))
      throw notFound('This resource');
    const id = await insertRule(
      tx,
      {
        sourceId: rule.sourceId ?? null,
        label: rule.label,
        pattern: rule.pattern ?? null,
        act: rule.act,
        resourceId: rule.resourceId ?? null,
        severity: rule.severity ?? null,
      },
      platform.clock.business(),
    );
    const rules = await usableRules(tx);
    const waiting = (await takeUnmapped(tx)).map((alarm) => ({
      alarm,
      mapping: mapAlarm(alarm.sourceId, alarm.labels, rules),
    }));
    const known = await resourceIds(tx, [...new Set(waiting.flatMap(({ mapping }) => mapping.candidates))]);
    const settled = waiting.flatMap(({ alarm, mapping }) => {
      const resourceId =
        mapping.resourceId ??
        mapping.candidates.map((candidate) => known.get(candidate)).find((found) => found !== undefined) ??
        null;
      return resourceId || mapping.ignored
        ? [{ id: alarm.id, resourceId, ignored: mapping.ignored, severity: mapping.severity }]
        : [];
    });
    const changed = settled.length > 0 ? await mapStored(tx, settled) : [];
    await recordEvents(tx, platform.clock, actor, [
      {
        kind: 'alarm-rule.made',
        subjectKind: 'alarm-rule',
        subjectId: id,
        data: { act: rule.act, label: rule.label, resource: rule.resourceId ?? null, mapped: changed.length },
      },
    ]);
    await onAlarms(
      tx,
      changed.filter((alarm) => alarm.clearedAt === null && alarm.resourceId !== null),
    );
    return { id, mapped: changed.length };
  });
}

/** Ends a mapping rule: for alarms that come from now on. What it mapped stays mapped, so that no open incident loses its alarms. */
export async function endRule(platform: Platform, actor: Actor, id: string): Promise<void> {
  await platform.database.transaction(async (tx) => {
    if (!(await deleteRule(tx, id))) throw notFound('This rule');
    await recordEvents(tx, platform.clock, actor, [
      { kind: 'alarm-rule.ended', subjectKind: 'alarm-rule', subjectId: id },
    ]);
  });
}

/** Makes a source; its token is returned this once and stored hashed. */
export async function makeSource(
  platform: Platform,
  actor: Actor,
  made: NewAlarmSource,
): Promise<{ source: AlarmSource; token: string; url: string }> {
  const token = newToken();
  return await platform.database.transaction(async (tx) => {
    const source = await insertSource(tx, { ...made, tokenHash: hashToken(token), at: platform.clock.business() });
    if (!source)
      throw conflict('name-taken', `There is already a source called "${made.name}".`, 'Choose another name.');
    await recordEvents(tx, platform.clock, actor, [
      { kind: 'alarm-source.made', subjectKind: 'alarm-source', subjectId: source.id, data: { kind: source.kind } },
    ]);
    return { source, token, url: `${platform.publicUrl}/hooks/${source.kind}` };
  });
}

export async function endAlarmSource(platform: Platform, actor: Actor, id: string): Promise<void> {
  await platform.database.transaction(async (tx) => {
    if (!(await endSource(tx, id, platform.clock.business()))) throw notFound('This source');
    await recordEvents(tx, platform.clock, actor, [
      { kind: 'alarm-source.ended', subjectKind: 'alarm-source', subjectId: id },
    ]);
  });
}

export async function presentAlarms(db: Db, alarms: readonly ListedAlarm[]): Promise<AlarmBrief[]> {
  const briefs = await briefsById(
    db,
    alarms.map((alarm) => alarm.resourceId),
  );
  return alarms.map((alarm) => ({
    id: alarm.id,
    source: alarm.source,
    severity: alarm.severity,
    summary: alarm.summary,
    labels: alarm.labels,
    resource: alarm.resourceId ? (briefs.get(alarm.resourceId) ?? null) : null,
    startedAt: alarm.startedAt.toISOString(),
    clearedAt: alarm.clearedAt?.toISOString() ?? null,
  }));
}

/** Alarms that name no resource, one for each label and value that would name it, with resources of a similar name. */
export async function unmappedAlarms(db: Db): Promise<UnmappedAlarm[]> {
  const alarms = await listAlarms(db, 'unmapped');
  const briefs = await presentAlarms(db, alarms);
  const groups = new Map<string, UnmappedAlarm>();
  for (const brief of briefs) {
    const telling = tellingLabel(brief.labels);
    const key = telling ? `${telling.label}=${telling.value}` : brief.id;
    const known = groups.get(key);
    if (known) {
      known.count++;
      continue;
    }
    const suggestions: UnmappedAlarm['suggestions'] = [];
    if (telling && groups.size < 50) {
      const words = withoutPort(telling.value)
        .split(/[^\p{L}\p{N}]+/u)
        .filter((word) => word.length > 2);
      for (const search of [withoutPort(telling.value), ...words].slice(0, 4)) {
        for (const resource of await findResources(db, { search, limit: 3 })) {
          if (suggestions.length < 3 && !suggestions.some((known) => known.resource.id === resource.id))
            suggestions.push({ ...telling, resource });
        }
      }
    }
    groups.set(key, { ...brief, count: 1, suggestions });
  }
  return [...groups.values()];
}

/** What sources sent and could not be understood, as a person may see it. */
export async function troubledDeliveries(db: Db): Promise<TroubledDelivery[]> {
  return (await listTroubled(db)).map(({ beginning, receivedAt, ...delivery }) => ({
    ...delivery,
    receivedAt: receivedAt.toISOString(),
    body: withoutSecrets(beginning.toString('utf8')).slice(0, 300),
  }));
}

export async function presentRules(db: Db): Promise<AlarmRule[]> {
  const rules = await readRules(db);
  const briefs = await briefsById(
    db,
    rules.map((rule) => rule.resourceId),
  );
  return rules.map(({ resourceId, ...rule }) => ({
    ...rule,
    resource: resourceId ? (briefs.get(resourceId) ?? null) : null,
  }));
}

const briefsById = async (db: Db, ids: readonly (string | null)[]): Promise<Map<string, ResourceBrief>> =>
  new Map((await resourceBriefs(db, [...new Set(ids.filter((id) => id !== null))])).map((brief) => [brief.id, brief]));
