import { type Static, Type } from 'typebox';
import { OneOf } from './one-of.ts';

/** The languages in which customers and staff are spoken to. */
export const Language = Type.Union([Type.Literal('it'), Type.Literal('en')]);
export type Language = Static<typeof Language>;

export const Channel = Type.Union([Type.Literal('sms'), Type.Literal('email'), Type.Literal('pec')]);
export type Channel = Static<typeof Channel>;

export const Instant = Type.String({
  format: 'date-time',
  maxLength: 40,
  description: 'An instant, RFC 3339 with offset or Z.',
});
export const Id = Type.String({ format: 'uuid', maxLength: 36 });

/** Why: what the operator knows of the cause. `unknown` is a reason too, when it is said with the time of the next word. */
export const CAUSES = [
  'unknown',
  'power',
  'power-company',
  'equipment',
  'cable',
  'upstream',
  'weather',
  'vandalism',
  'works',
] as const;
export const Cause = OneOf(CAUSES);
export type Cause = (typeof CAUSES)[number];

/** What we do next. */
export const NEXT_STEPS = [
  'finding-cause',
  'technicians-sent',
  'technicians-on-site',
  'power-company-called',
  'repairing',
  'watching',
  'asking-you',
] as const;
export const NextStep = OneOf(NEXT_STEPS);
export type NextStep = (typeof NEXT_STEPS)[number];

/** What the customer can do. */
export const ADVICE = [
  'follow-status-page',
  'restart-router',
  'answer-if-not-working',
  'use-mobile-data',
  'nothing-needed',
] as const;
export const Advice = OneOf(ADVICE);
export type Advice = (typeof ADVICE)[number];

/** Words of a person that follow the reason, by language; plain text. */
export const Words = Type.Object(
  { it: Type.Optional(Type.String({ maxLength: 300 })), en: Type.Optional(Type.String({ maxLength: 300 })) },
  { additionalProperties: false },
);
export type Words = Static<typeof Words>;

/**
 * What an announcement is about.
 * `outage`: the first word. `outage-degraded`: redundancy or quality lost, the line works. `expected-end-moved`: another expected end, before the old one passed.
 * `expected-end-passed`: the promise broke. `update`: other news. `restored`. `called-off`: what was announced was not so.
 */
export const ANNOUNCEMENT_KINDS = [
  'outage',
  'outage-degraded',
  'expected-end-moved',
  'expected-end-passed',
  'update',
  'restored',
  'called-off',
] as const;
export const AnnouncementKind = OneOf(ANNOUNCEMENT_KINDS);
export type AnnouncementKind = (typeof ANNOUNCEMENT_KINDS)[number];

/** The meaning of an outbound text. Composing a text without reason, or with neither an expected end nor a time for the next word, is refused (except `restored` and `called-off`). */
export const Answer = Type.Object(
  {
    kind: AnnouncementKind,
    /** Where, in words for customers: "Verbania", "Verbania e Stresa". */
    place: Type.String({ minLength: 1, maxLength: 120 }),
    reason: Type.Object({ cause: Cause, words: Type.Optional(Words) }, { additionalProperties: false }),
    beganAt: Instant,
    /** When it is expected to end; null when not known. */
    expectedEnd: Type.Union([Instant, Type.Null()]),
    /** When we speak again at the latest; null only where expectedEnd is the promise, or nothing more is to come. */
    nextWordBy: Type.Union([Instant, Type.Null()]),
    /** The expected end that was said before, where this announcement replaces it. */
    formerExpectedEnd: Type.Optional(Type.Union([Instant, Type.Null()])),
    endedAt: Type.Optional(Type.Union([Instant, Type.Null()])),
    nextStep: NextStep,
    whatYouCanDo: Type.Array(Advice, { maxItems: 5 }),
    /** The number that can be read out. */
    reference: Type.String({ minLength: 4, maxLength: 20 }),
  },
  { additionalProperties: false },
);
export type Answer = Static<typeof Answer>;

export const ComposedText = Type.Object({
  channel: Channel,
  language: Language,
  subject: Type.Union([Type.String(), Type.Null()]),
  body: Type.String(),
  html: Type.Union([Type.String(), Type.Null()]),
  /** SMS parts; 1 on the other channels. */
  parts: Type.Integer(),
  /** `gsm` (GSM 03.38, 160/153 characters) or `ucs2` (70/67); null on the other channels. */
  coding: Type.Union([Type.Literal('gsm'), Type.Literal('ucs2'), Type.Null()]),
});
export type ComposedText = Static<typeof ComposedText>;
