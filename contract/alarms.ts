import { type Static, Type } from 'typebox';
import { Id, Instant } from './answer.ts';
import { AlarmBrief, ResourceBrief, Severity } from './incidents.ts';

/** GET /api/v1/alarms?show=unmapped|standing → AlarmBrief[] (newest first, at most 200); unmapped ones carry suggestions. */
export const UnmappedAlarm = Type.Object({
  ...AlarmBrief.properties,
  count: Type.Integer({ description: 'How many alarms carry the same label and value.' }),
  /** Most likely first; empty when nothing is near. */
  suggestions: Type.Array(Type.Object({ label: Type.String(), value: Type.String(), resource: ResourceBrief })),
});
export type UnmappedAlarm = Static<typeof UnmappedAlarm>;

export const AlarmRule = Type.Object({
  id: Id,
  position: Type.Integer(),
  sourceId: Type.Union([Id, Type.Null()]),
  label: Type.String(),
  pattern: Type.Union([Type.String(), Type.Null()]),
  act: Type.Union([Type.Literal('resource-by-id'), Type.Literal('resource'), Type.Literal('ignore')]),
  resource: Type.Union([ResourceBrief, Type.Null()]),
  severity: Type.Union([Severity, Type.Null()]),
});
export type AlarmRule = Static<typeof AlarmRule>;

/** POST /api/v1/alarm-rules → { rule, mapped } (mapped: how many waiting alarms found their resource by it). DELETE /api/v1/alarm-rules/:id: alarms that come from then on; what it mapped stays mapped. */
export const NewAlarmRule = Type.Object(
  {
    sourceId: Type.Optional(Type.Union([Id, Type.Null()])),
    label: Type.String({ minLength: 1, maxLength: 100 }),
    pattern: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 300 }), Type.Null()])),
    act: AlarmRule.properties.act,
    resourceId: Type.Optional(Type.Union([Id, Type.Null()])),
    severity: Type.Optional(Type.Union([Severity, Type.Null()])),
  },
  { additionalProperties: false },
);
export type NewAlarmRule = Static<typeof NewAlarmRule>;

/** GET /api/v1/alarm-sources; POST { name, kind } → AlarmSourceMade (the token is shown once); DELETE /api/v1/alarm-sources/:id */
export const AlarmSource = Type.Object({
  id: Id,
  name: Type.String(),
  kind: Type.Union([Type.Literal('alertmanager'), Type.Literal('alarms')]),
  lastHeardAt: Type.Union([Instant, Type.Null()]),
  endedAt: Type.Union([Instant, Type.Null()]),
});
export type AlarmSource = Static<typeof AlarmSource>;
export const NewAlarmSource = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 60 }), kind: AlarmSource.properties.kind },
  { additionalProperties: false },
);
export type NewAlarmSource = Static<typeof NewAlarmSource>;
export const AlarmSourceMade = Type.Object({ source: AlarmSource, token: Type.String(), url: Type.String() });
export type AlarmSourceMade = Static<typeof AlarmSourceMade>;

/** GET /api/v1/alarm-deliveries?trouble=true → TroubledDelivery[]: what sources sent and could not be understood or worked off, newest first, at most 50. */
export const TroubledDelivery = Type.Object({
  number: Type.Integer(),
  source: Type.String({ description: 'The name of the source.' }),
  receivedAt: Instant,
  trouble: Type.String({ description: 'What was wrong, as a sentence.' }),
  body: Type.String({
    maxLength: 300,
    description: 'How the body begins, as text; what looks like a password or a token is not shown.',
  }),
});
export type TroubledDelivery = Static<typeof TroubledDelivery>;

/** POST /hooks/alarms: one alarm or an array of at most 1000. `resource` is our resource id, or use labels with a rule. */
export const PlainAlarm = Type.Object(
  {
    id: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'The same for the raising and the clearing of one alarm.',
    }),
    state: Type.Union([Type.Literal('firing'), Type.Literal('cleared')]),
    resource: Type.Optional(Type.String({ maxLength: 200 })),
    severity: Type.Optional(Severity),
    summary: Type.String({ minLength: 1, maxLength: 500 }),
    at: Instant,
    labels: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 500 }))),
  },
  { additionalProperties: false },
);
/** `startedAt`: where the source names the beginning with each word, firing or cleared (Alertmanager); `at` is then no later than the word itself. */
export type PlainAlarm = Static<typeof PlainAlarm> & { startedAt?: string };

/** GET /api/v1/resources?search=…&limit=… → ResourceBrief[] */
