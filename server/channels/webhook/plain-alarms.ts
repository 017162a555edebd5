import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { PlainAlarm } from '../../../contract/alarms.ts';
import { invalid } from '../../platform/errors.ts';
import { readInstant, readLabels, withoutZeroBytes } from './read-text.ts';

const check = Compile(Type.Union([PlainAlarm, Type.Array(PlainAlarm, { maxItems: 1000 })]));

/** `POST /hooks/alarms`: one alarm or an array (contract/alarms.ts). Throws `invalid` with what is wrong. */
export function readPlainAlarms(body: unknown): PlainAlarm[] {
  if (!check.Check(body)) {
    const [first] = check.Errors(body);
    throw invalid(
      'not-an-alarm',
      `This is not an alarm: ${first ? `${first.instancePath || 'body'} ${first.message}` : 'unknown shape'}.`,
      'Send {"id","state":"firing"|"cleared","summary","at"} with resource or labels; see /api/docs.',
    );
  }
  const alarms = (Array.isArray(body) ? body : [body]) as PlainAlarm[];
  return alarms.map((alarm) => {
    const at = readInstant(alarm.at);
    if (at === null) {
      throw invalid('not-an-alarm', `"${alarm.at}" is not a time.`, 'Use RFC 3339, such as 2026-03-10T14:05:00Z.');
    }
    return {
      ...alarm,
      id: withoutZeroBytes(alarm.id),
      summary: withoutZeroBytes(alarm.summary),
      at,
      ...(alarm.resource === undefined ? {} : { resource: withoutZeroBytes(alarm.resource) }),
      ...(alarm.labels === undefined ? {} : { labels: readLabels(alarm.labels) }),
    };
  });
}
