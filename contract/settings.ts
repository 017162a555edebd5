import { type Static, Type } from 'typebox';
import { AnnouncementKind, Id, Instant, Language } from './answer.ts';
import { StaffRole } from './deeds.ts';
import { Severity } from './incidents.ts';

const Minutes = (most: number) => Type.Integer({ minimum: 0, maximum: most });
const BySeverity = Type.Object(
  { critical: Minutes(1440), major: Minutes(1440), minor: Minutes(1440), info: Minutes(1440) },
  { additionalProperties: false },
);

const Rung = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60 }),
    /** Named people first; else whoever has the role; else the administrators. */
    staffIds: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 50 }),
    role: StaffRole,
    minutes: Type.Integer({
      minimum: 1,
      maximum: 10080,
      description: 'How long this rung has before the next one is called.',
    }),
  },
  { additionalProperties: false },
);

const WallClock = Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$' });
const CalendarDay = Type.String({ format: 'date', maxLength: 10 });
const Opening = Type.Object({ from: WallClock, to: WallClock }, { additionalProperties: false });
const Days = (most: number) => Type.Integer({ minimum: 1, maximum: most });

/** Every setting with its meaning. GET /api/v1/settings → Settings; PATCH with some of the groups (each group as a whole). */
export const Settings = Type.Object(
  {
    operator: Type.Object(
      {
        name: Type.String({ minLength: 1, maxLength: 60 }),
        shortName: Type.String({ minLength: 1, maxLength: 20, description: 'Begins each SMS.' }),
        phone: Type.String({ maxLength: 30, description: 'Shown to customers; may be empty.' }),
        country: Type.String({ pattern: '^[A-Z]{2}$', description: 'For numbers without a prefix, and holidays.' }),
        defaultLanguage: Language,
      },
      { additionalProperties: false },
    ),
    telling: Type.Object(
      {
        /** Off: everything is computed and shown, nobody is told (observe-only). */
        on: Type.Boolean(),
        /** Everything waits while true. */
        paused: Type.Boolean(),
        mostPeople: Type.Integer({
          minimum: 0,
          maximum: 100_000_000,
          description: 'Above it an announcement waits for a person.',
        }),
        mostCents: Type.Integer({ minimum: 0, maximum: 100_000_000 }),
        decisionMinutes: Type.Integer({
          minimum: 1,
          maximum: 1440,
          description: 'How long a waiting announcement may wait before it climbs.',
        }),
        undoSeconds: Type.Integer({
          minimum: 0,
          maximum: 600,
          description: 'How long what staff sends can be taken back.',
        }),
        tellDegraded: Type.Boolean(),
        validMinutes: Type.Integer({ minimum: 5, maximum: 2880, description: 'How long a notice is worth sending.' }),
        rewriteAfterMinutes: Type.Integer({
          minimum: 1,
          maximum: 1440,
          description: 'A notice that a dead route held up for longer is written anew.',
        }),
      },
      { additionalProperties: false },
    ),
    quietHours: Type.Object(
      {
        from: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
        to: Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
        channels: Type.Array(Type.Union([Type.Literal('sms'), Type.Literal('email')]), { maxItems: 2 }),
        /** The kinds that may pass them. */
        pass: Type.Array(AnnouncementKind, { maxItems: 10 }),
      },
      { additionalProperties: false },
    ),
    incidents: Type.Object(
      {
        confirmAfterMinutes: BySeverity,
        restoredAfterMinutes: BySeverity,
        closeAfterMinutes: Minutes(10080),
        /** The first time for the next word, when no expected end is known. */
        firstWordMinutes: Type.Integer({ minimum: 5, maximum: 1440 }),
        /** Machine renewals of a broken promise back off along these; after the last one a person must set the time. */
        renewalMinutes: Type.Array(Type.Integer({ minimum: 5, maximum: 10080 }), { minItems: 3, maxItems: 3 }),
        /** Below this severity an alarm is kept, but raises no incident. */
        leastSeverity: Severity,
      },
      { additionalProperties: false },
    ),
    ladder: Type.Array(Rung, { minItems: 1, maxItems: 8 }),
    /** When a person can be reached: promises in working minutes count only then. */
    hours: Type.Object(
      {
        week: Type.Array(Type.Array(Opening, { maxItems: 6 }), {
          minItems: 7,
          maxItems: 7,
          description: 'Monday first; an empty day is closed.',
        }),
        holidays: Type.Object(
          {
            country: Type.String({ pattern: '^([A-Z]{2})?$', description: "Empty: the operator's own." }),
            region: Type.String({
              maxLength: 10,
              description: 'As date-holidays names it ("32" for Alto Adige); empty: none.',
            }),
            patronDays: Type.Array(Type.String({ pattern: '^(0[1-9]|1[0-2])-([0-2]\\d|3[01])$' }), {
              maxItems: 10,
              description: 'Month and day, each year: 12-07 for Milan.',
            }),
          },
          { additionalProperties: false },
        ),
        closedDays: Type.Array(CalendarDay, { maxItems: 200 }),
        /** Open although the week or a holiday says otherwise. */
        openDays: Type.Array(Type.Object({ on: CalendarDay, ...Opening.properties }, { additionalProperties: false }), {
          maxItems: 200,
        }),
      },
      { additionalProperties: false },
    ),
    /** How many days each kind of thing is kept after it is done with; figures and legal records stay. */
    retention: Type.Object(
      {
        rawMessages: Days(3650),
        rawAlarms: Days(3650),
        /** Texts and attachments of a case, after its end. */
        closedCases: Days(7300),
        /** The same where it was a formal complaint or has legal mail. */
        formalCases: Days(7300),
        notices: Days(7300),
        events: Days(7300),
      },
      { additionalProperties: false },
    ),
    cases: Type.Object(
      {
        acknowledge: Type.Boolean({ description: 'Whether new cases are acknowledged by themselves.' }),
        nextWordMinutes: Type.Integer({
          minimum: 5,
          maximum: 10080,
          description: 'Working minutes until the next word that an acknowledgement promises.',
        }),
        handOverMinutes: Type.Integer({
          minimum: 1,
          maximum: 10080,
          description: 'Working minutes in which a hand-over must be accepted, where the team says nothing else.',
        }),
        askAgainHours: Type.Integer({
          minimum: 1,
          maximum: 720,
          description: 'After this time without an answer the customer is asked once more whether it works.',
        }),
        closeAfterHours: Type.Integer({
          minimum: 1,
          maximum: 720,
          description: 'After that the case is closed as unconfirmed.',
        }),
        reopenDays: Type.Integer({ minimum: 1, maximum: 365 }),
        formalDays: Type.Integer({
          minimum: 1,
          maximum: 45,
          description: 'Calendar days in which a formal complaint is answered.',
        }),
        linkDays: Type.Integer({
          minimum: 1,
          maximum: 730,
          description: 'How long a link to the page of a case works.',
        }),
        suspectedReports: Type.Integer({
          minimum: 2,
          maximum: 100,
          description: 'So many customers below one resource raise a suspected incident.',
        }),
        suspectedMinutes: Minutes(1440),
        automaticPerHour: Type.Integer({ minimum: 1, maximum: 100 }),
        automaticPerDay: Type.Integer({ minimum: 1, maximum: 1000 }),
        undoSeconds: Type.Integer({
          minimum: 0,
          maximum: 600,
          description: 'How long an answer to a customer can be taken back.',
        }),
      },
      { additionalProperties: false },
    ),
    /** Who is called when a promise to a customer breaks, a hand-over is not accepted, or a fix did not help. */
    careLadder: Type.Array(Rung, { minItems: 1, maxItems: 8 }),
    inDoubt: Type.Object(
      {
        /** After this time without a receipt the notice counts as arrived or failed, as its kind says. */
        hours: Type.Integer({ minimum: 1, maximum: 168 }),
        /** What time decides: `sent` counts it as sent, `again` sends it once more (a repeat is better than silence). */
        afterwards: Type.Union([Type.Literal('sent'), Type.Literal('again')]),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type Settings = Static<typeof Settings>;
export const ChangeSettings = Type.Partial(Settings, { additionalProperties: false });
export type ChangeSettings = Static<typeof ChangeSettings>;

/** GET /api/v1/holidays?country=IT&region=32&language=it → what date-holidays knows, and the holidays of the coming year as working hours count them. */
const NamedCode = Type.Object({ code: Type.String(), name: Type.String() });
export const HolidaysAhead = Type.Object({
  countries: Type.Array(NamedCode),
  regions: Type.Array(NamedCode),
  days: Type.Array(Type.Object({ on: Type.String(), name: Type.String() })),
});
export type HolidaysAhead = Static<typeof HolidaysAhead>;

/** Routes out. GET /api/v1/routes; POST; PATCH /:id; DELETE /:id; POST /:id/test { to } sends a test message. A secret is written, never read back. */
export const SmppConfig = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    tls: Type.Boolean(),
    systemId: Type.String({ maxLength: 15 }),
    systemType: Type.String({ maxLength: 12 }),
    sender: Type.String({
      minLength: 1,
      maxLength: 15,
      description: 'A number, or a registered name of at most 11 characters (AGCOM 12/23/CIR).',
    }),
    window: Type.Integer({ minimum: 1, maximum: 100 }),
    perSecond: Type.Integer({ minimum: 1, maximum: 5000 }),
  },
  { additionalProperties: false },
);
export type SmppConfig = Static<typeof SmppConfig>;
export const SmtpConfig = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    tls: Type.Union([Type.Literal('none'), Type.Literal('starttls'), Type.Literal('implicit')]),
    user: Type.String({ maxLength: 200 }),
    from: Type.String({ minLength: 3, maxLength: 254 }),
    connections: Type.Integer({ minimum: 1, maximum: 20 }),
    perSecond: Type.Integer({ minimum: 1, maximum: 1000 }),
  },
  { additionalProperties: false },
);
export type SmtpConfig = Static<typeof SmtpConfig>;
const routeFields = {
  name: Type.String({ minLength: 1, maxLength: 60 }),
  enabled: Type.Boolean(),
  costMillicents: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
};
const Secret = Type.Optional(
  Type.String({
    maxLength: 500,
    description: 'The password, or env:FILODIRETTO_SECRET_… to name a variable of the server. Left out: unchanged.',
  }),
);
export const NewRoute = Type.Union([
  Type.Object(
    { ...routeFields, kind: Type.Literal('smpp'), config: SmppConfig, password: Secret },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      ...routeFields,
      kind: Type.Union([Type.Literal('smtp'), Type.Literal('pec')], {
        description:
          'pec: submission to a provider of certified mail; `from` is the address of the mailbox that signs in.',
      }),
      config: SmtpConfig,
      password: Secret,
    },
    { additionalProperties: false },
  ),
]);
export type NewRoute = Static<typeof NewRoute>;
export const Route = Type.Object({
  id: Id,
  ...routeFields,
  kind: Type.Union([Type.Literal('smpp'), Type.Literal('smtp'), Type.Literal('pec')]),
  config: Type.Union([SmppConfig, SmtpConfig]),
  hasPassword: Type.Boolean(),
  state: Type.Union([Type.Literal('unknown'), Type.Literal('up'), Type.Literal('down')]),
  stateSince: Type.Union([Instant, Type.Null()]),
  stateReason: Type.Union([Type.String(), Type.Null()]),
  queued: Type.Integer(),
});
export type Route = Static<typeof Route>;
export const TestRoute = Type.Object(
  { to: Type.String({ minLength: 3, maxLength: 254 }) },
  { additionalProperties: false },
);
