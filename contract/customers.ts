import { type Static, Type } from 'typebox';
import { Channel, Id, Instant, Language } from './answer.ts';
import { ResourceBrief } from './incidents.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);
const Consent = Type.Union([Type.Literal('none'), Type.Literal('granted'), Type.Literal('refused')]);
const Decision = Type.Union([Type.Literal('granted'), Type.Literal('refused')]);

/** GET /api/v1/customers?search=…&limit=… → CustomerBrief[] (at most 50). */
export const CustomerBrief = Type.Object({
  id: Id,
  externalId: Nullable(Type.String()),
  name: Type.String(),
  kind: Type.Union([Type.Literal('consumer'), Type.Literal('business')]),
  endedAt: Nullable(Instant),
});
export type CustomerBrief = Static<typeof CustomerBrief>;

export const ContactPoint = Type.Object({
  id: Id,
  channel: Channel,
  address: Type.String(),
  verification: Type.Union([Type.Literal('claimed'), Type.Literal('verified')]),
  consent: Consent,
  unreachableSince: Nullable(Instant),
  endedAt: Nullable(Instant),
  /** Every yes and no, newest first. */
  consents: Type.Array(
    Type.Object({
      decision: Decision,
      givenAt: Instant,
      recordedAt: Instant,
      source: Type.String(),
      textShown: Type.String(),
    }),
  ),
});
export type ContactPoint = Static<typeof ContactPoint>;

/** GET /api/v1/customers/:id → Customer. Reading it is recorded. */
export const Customer = Type.Object({
  ...CustomerBrief.properties,
  taxCode: Nullable(Type.String()),
  language: Language,
  contactPoints: Type.Array(ContactPoint),
  services: Type.Array(
    Type.Object({
      id: Id,
      externalId: Type.String(),
      product: Type.String(),
      address: Nullable(Type.String()),
      state: Type.Union([
        Type.Literal('pending'),
        Type.Literal('active'),
        Type.Literal('suspended'),
        Type.Literal('ended'),
      ]),
      activatedOn: Nullable(Type.String()),
      ultrabroadband: Type.Boolean(),
      monthlyFeeCents: Nullable(Type.Integer()),
      resource: Nullable(ResourceBrief),
    }),
  ),
});
export type Customer = Static<typeof Customer>;

/** POST /api/v1/contact-points/:id/consent → { consent } (as it stands now: a later decision wins over an earlier one, whatever is recorded last). */
export const RecordConsent = Type.Object(
  {
    decision: Decision,
    givenAt: Instant,
    source: Type.String({ minLength: 1, maxLength: 200, description: 'How it was given: "by phone", "contract".' }),
    textShown: Type.String({ minLength: 1, maxLength: 2000, description: 'What the customer was shown or read.' }),
  },
  { additionalProperties: false },
);
export type RecordConsent = Static<typeof RecordConsent>;
export const ConsentRecorded = Type.Object({ consent: Consent });

/** POST /api/v1/customers/:id/merge { into } → PartyMerge: what this one has goes over. GET /:id/merges; POST /api/v1/merges/:id/undo. */
export const MergeInto = Type.Object({ into: Id }, { additionalProperties: false });
export const PartyMerge = Type.Object({
  id: Id,
  fromPartyId: Id,
  intoPartyId: Id,
  mergedAt: Instant,
  undoneAt: Nullable(Instant),
});
export type PartyMerge = Static<typeof PartyMerge>;

/** POST /api/v1/contact-points/:id/verify: by a document that staff saw; codes and links prove by themselves. */
export const VerifyContactPoint = Type.Object({ how: Type.Literal('document') }, { additionalProperties: false });

/** GET /api/v1/customers/:id/delegations → CustomerDelegation[], the newest first. POST /:id/delegations/:delegationId/revoke → 204 (deed `consent:record`). */
export const CustomerDelegation = Type.Object({
  id: Id,
  delegateId: Id,
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  startsAt: Instant,
  /** Null: until it is revoked. */
  endsAt: Nullable(Instant),
  revokedAt: Nullable(Instant),
});
export type CustomerDelegation = Static<typeof CustomerDelegation>;
