import { type Static, Type } from 'typebox';
import { Cause, Instant, NextStep, Words } from './answer.ts';

/** All that the public may know of an incident. `web/status` and the feeds see nothing else, by type. */
export const PublishedIncident = Type.Object({
  reference: Type.String(),
  kind: Type.Union([Type.Literal('outage'), Type.Literal('degraded')]),
  state: Type.Union([Type.Literal('open'), Type.Literal('restoring'), Type.Literal('ended')]),
  /** Municipalities, or a province or region where fewer than 5 lines are concerned. Count is rounded, null below 5. */
  areas: Type.Array(Type.Object({ name: Type.String(), lines: Type.Union([Type.Integer(), Type.Null()]) })),
  cause: Cause,
  causeWords: Words,
  beganAt: Instant,
  expectedEnd: Type.Union([Instant, Type.Null()]),
  /** The expected end passed and no newer one stands. */
  late: Type.Boolean(),
  nextWordBy: Type.Union([Instant, Type.Null()]),
  nextStep: NextStep,
  endedAt: Type.Union([Instant, Type.Null()]),
  updates: Type.Array(
    Type.Object({
      at: Instant,
      kind: Type.String(),
      cause: Cause,
      expectedEnd: Type.Union([Instant, Type.Null()]),
      nextWordBy: Type.Union([Instant, Type.Null()]),
    }),
  ),
});
export type PublishedIncident = Static<typeof PublishedIncident>;

export interface PublishedStatus {
  operatorName: string;
  operatorPhone: string;
  publicUrl: string;
  timeZone: string;
  /** When the facts last changed; without any, when the installation began. */
  changedAt: Date;
  open: PublishedIncident[];
  /** Ended in the last 14 days. */
  ended: PublishedIncident[];
}
