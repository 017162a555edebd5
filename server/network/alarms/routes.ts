import { Type } from 'typebox';
import {
  AlarmRule,
  AlarmSource,
  AlarmSourceMade,
  NewAlarmRule,
  NewAlarmSource,
  TroubledDelivery,
  UnmappedAlarm,
} from '../../../contract/alarms.ts';
import { Id } from '../../../contract/answer.ts';
import { AlarmBrief } from '../../../contract/incidents.ts';
import { actorOf, type Http } from '../../platform/http.ts';
import type { Platform } from '../../platform/platform.ts';
import {
  endAlarmSource,
  endRule,
  makeRule,
  makeSource,
  presentAlarms,
  presentRules,
  troubledDeliveries,
  unmappedAlarms,
} from './map.ts';
import { listAlarms, listSources } from './store.ts';
import type { OnAlarms } from './work-off.ts';

const ById = Type.Object({ id: Id });

/** /api/v1/alarms, alarm-deliveries, alarm-rules and alarm-sources. */
export function alarmRoutes(http: Http, platform: Platform, onAlarms: OnAlarms): void {
  const { db } = platform.database;
  http.get(
    '/api/v1/alarms',
    {
      config: { access: 'deed:alarms:see' },
      schema: {
        querystring: Type.Object({
          show: Type.Optional(Type.Union([Type.Literal('standing'), Type.Literal('unmapped')])),
        }),
        response: { 200: Type.Array(Type.Union([UnmappedAlarm, AlarmBrief])) },
      },
    },
    async (request) =>
      request.query.show === 'unmapped'
        ? await unmappedAlarms(db)
        : await presentAlarms(db, await listAlarms(db, 'standing')),
  );

  http.get(
    '/api/v1/alarm-deliveries',
    {
      config: { access: 'deed:alarms:see' },
      schema: {
        querystring: Type.Object({ trouble: Type.Literal('true') }),
        response: { 200: Type.Array(TroubledDelivery) },
      },
    },
    () => troubledDeliveries(db),
  );

  http.get(
    '/api/v1/alarm-rules',
    { config: { access: 'deed:alarms:see' }, schema: { response: { 200: Type.Array(AlarmRule) } } },
    () => presentRules(db),
  );
  http.post(
    '/api/v1/alarm-rules',
    {
      config: { access: 'deed:alarms:map' },
      schema: { body: NewAlarmRule, response: { 201: Type.Object({ rule: AlarmRule, mapped: Type.Integer() }) } },
    },
    async (request, reply) => {
      const { id, mapped } = await makeRule(platform, actorOf(request), request.body, onAlarms);
      const rule = (await presentRules(db)).find((one) => one.id === id);
      if (!rule) throw new Error('a rule was not stored');
      return reply.code(201).send({ rule, mapped });
    },
  );
  http.delete(
    '/api/v1/alarm-rules/:id',
    { config: { access: 'deed:alarms:map' }, schema: { params: ById } },
    async (request, reply) => {
      await endRule(platform, actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );

  http.get(
    '/api/v1/alarm-sources',
    { config: { access: 'deed:alarms:see' }, schema: { response: { 200: Type.Array(AlarmSource) } } },
    () => listSources(db),
  );
  http.post(
    '/api/v1/alarm-sources',
    {
      config: { access: 'deed:alarm-sources:manage' },
      schema: { body: NewAlarmSource, response: { 201: AlarmSourceMade } },
    },
    async (request, reply) => reply.code(201).send(await makeSource(platform, actorOf(request), request.body)),
  );
  http.delete(
    '/api/v1/alarm-sources/:id',
    { config: { access: 'deed:alarm-sources:manage' }, schema: { params: ById } },
    async (request, reply) => {
      await endAlarmSource(platform, actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
}
