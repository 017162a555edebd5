import { type Static, Type } from 'typebox';
import { OneOf } from './one-of.ts';

/** The roles of staff (one person may have several). */
export const ROLES = [
  'care',
  'sales',
  'technician',
  'field',
  'billing',
  'manager',
  'administrator',
  'partner',
] as const;
export const StaffRole = OneOf(ROLES);
export type StaffRole = (typeof ROLES)[number];

/** What may be done, and by which roles. One table: shown in the desk, and it is the code that decides. */
export const DEEDS = {
  'incidents:see': ['care', 'sales', 'technician', 'field', 'billing', 'manager', 'administrator'],
  'incidents:work': ['technician', 'manager', 'administrator'],
  'incidents:announce': ['technician', 'manager', 'administrator'],
  'telling:release': ['manager', 'administrator'],
  'telling:switch': ['administrator'],
  'telling:pause': ['manager', 'administrator'],
  'notices:see': ['care', 'technician', 'manager', 'administrator'],
  'notices:settle': ['technician', 'manager', 'administrator'],
  'promises:see': ['care', 'sales', 'technician', 'field', 'billing', 'manager', 'administrator'],
  'alarms:see': ['technician', 'manager', 'administrator'],
  'alarms:map': ['technician', 'administrator'],
  'alarm-sources:manage': ['administrator'],
  'network:see': ['care', 'technician', 'manager', 'administrator'],
  'customers:see': ['care', 'sales', 'billing', 'manager', 'administrator'],
  'consent:record': ['care', 'sales', 'manager', 'administrator'],
  /** A partner sees of a case only what is meant for it, and only while it is handed to its team. */
  'cases:see': ['care', 'sales', 'technician', 'field', 'billing', 'manager', 'administrator', 'partner'],
  /** Answer, ask, hand over, promise, change. */
  'cases:work': ['care', 'sales', 'technician', 'field', 'billing', 'manager', 'administrator'],
  /** Accept what was handed over, note, report a fix. */
  'cases:technical': ['technician', 'field', 'manager', 'administrator', 'partner'],
  /** Many cases in one act. */
  'cases:mass': ['manager', 'administrator'],
  /** Complaints about somebody's behaviour. */
  'cases:complaints': ['manager', 'administrator'],
  'cases:export': ['care', 'manager', 'administrator'],
  'raw:read': ['manager', 'administrator'],
  'parties:merge': ['care', 'manager', 'administrator'],
  'parties:erase': ['administrator'],
  'teams:manage': ['manager', 'administrator'],
  'mailboxes:manage': ['administrator'],
  'lexicon:change': ['manager', 'administrator'],
  'imports:run': ['administrator'],
  'routes:manage': ['administrator'],
  'settings:see': ['manager', 'administrator'],
  'settings:change': ['administrator'],
  'staff:see': ['manager', 'administrator'],
  'staff:manage': ['administrator'],
} as const satisfies Record<string, readonly StaffRole[]>;

export type Deed = keyof typeof DEEDS;
export const Deed = OneOf(Object.keys(DEEDS) as Deed[]);

/** Whether one of the roles allows the deed. */
export const mayDo = (roles: readonly string[], deed: Deed): boolean =>
  roles.some((role) => (DEEDS[deed] as readonly string[]).includes(role));

/** GET /api/v1/me */
export const Me = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  roles: Type.Array(StaffRole),
  deeds: Type.Array(Deed),
  language: Type.Union([Type.Literal('it'), Type.Literal('en')]),
  /** Whether signing in asks for a code as well. */
  secondFactor: Type.Optional(Type.Boolean()),
  operatorName: Type.String(),
  timeZone: Type.String(),
  /** The business clock now, and how fast it runs: the desk shows times by it. */
  businessNow: Type.String(),
  clockSpeed: Type.Number(),
  /** Whether customers are told now: `off` only observes. Everybody on duty sees it, also who may not see settings. */
  telling: Type.Optional(OneOf(['on', 'off', 'paused'])),
});
export type Me = Static<typeof Me>;

/** GET /api/v1/staff → StaffMember[] */
export const StaffMember = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  roles: Type.Array(StaffRole),
  state: Type.Union([Type.Literal('invited'), Type.Literal('active'), Type.Literal('ended')]),
  secondFactor: Type.Boolean(),
  lastSeenAt: Type.Union([Type.String(), Type.Null()]),
});
export type StaffMember = Static<typeof StaffMember>;

/** POST /api/v1/staff/invitations → InvitationMade. The link is shown once; it is also mailed when a mail route works. */
export const InviteStaff = Type.Object(
  {
    email: Type.String({ format: 'email', maxLength: 254 }),
    name: Type.String({ minLength: 1, maxLength: 100 }),
    roles: Type.Array(StaffRole, { minItems: 1, maxItems: ROLES.length }),
  },
  { additionalProperties: false },
);
export type InviteStaff = Static<typeof InviteStaff>;
export const InvitationMade = Type.Object({ link: Type.String(), expiresAt: Type.String(), mailed: Type.Boolean() });
export type InvitationMade = Static<typeof InvitationMade>;

/** POST /api/v1/invitations/look { token } (public) → who is invited to what. The token stays out of addresses and their logs. */
export const LookAtInvitation = Type.Object(
  { token: Type.String({ minLength: 20, maxLength: 100 }) },
  { additionalProperties: false },
);
export type LookAtInvitation = Static<typeof LookAtInvitation>;
export const Invitation = Type.Object({
  purpose: Type.Union([Type.Literal('first-administrator'), Type.Literal('invite'), Type.Literal('reset')]),
  email: Type.Union([Type.String(), Type.Null()]),
  name: Type.Union([Type.String(), Type.Null()]),
});
export type Invitation = Static<typeof Invitation>;
/** POST /api/v1/invitations/accept (public) → { email }: then sign in with it. `email` and `name` are read for the first administrator only. */
export const AcceptInvitation = Type.Object(
  {
    ...LookAtInvitation.properties,
    email: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    password: Type.String({ minLength: 12, maxLength: 128 }),
  },
  { additionalProperties: false },
);
export type AcceptInvitation = Static<typeof AcceptInvitation>;
export const InvitationAccepted = Type.Object({ email: Type.String() });
export type InvitationAccepted = Static<typeof InvitationAccepted>;

/**
 * POST /api/auth/sign-in/email { email, password } → SignedIn, with the session's cookie when `signedIn`.
 * With a second factor: `signedIn` false and `twoFactorRedirect` true, then POST /api/auth/two-factor/verify-totp or verify-backup-code { code } → SignedIn.
 * POST /api/auth/sign-out {}. Wrong: 401 `wrong-password` or `wrong-code`; too often: 429 with `retryAfter` (seconds).
 */
export const SignIn = Type.Object(
  { email: Type.String({ minLength: 3, maxLength: 254 }), password: Type.String({ minLength: 1, maxLength: 128 }) },
  { additionalProperties: false },
);
export type SignIn = Static<typeof SignIn>;
export const SignedIn = Type.Object({ signedIn: Type.Boolean(), twoFactorRedirect: Type.Boolean() });
export type SignedIn = Static<typeof SignedIn>;
export const SecondFactorCode = Type.Object(
  { code: Type.String({ minLength: 4, maxLength: 40 }) },
  { additionalProperties: false },
);
export type SecondFactorCode = Static<typeof SecondFactorCode>;

/** POST /api/auth/two-factor/enable { password } → SecondFactorMade, then verify-totp { code }; POST /api/auth/two-factor/disable { password }. */
export const OwnPassword = Type.Object(
  { password: Type.String({ minLength: 1, maxLength: 128 }) },
  { additionalProperties: false },
);
export type OwnPassword = Static<typeof OwnPassword>;
/** `totpURI` goes into a QR code (otpauth://…); each backup code works once. Shown once. */
export const SecondFactorMade = Type.Object({ totpURI: Type.String(), backupCodes: Type.Array(Type.String()) });
export type SecondFactorMade = Static<typeof SecondFactorMade>;

/** POST /api/auth/change-password: ends the other sessions. */
export const ChangePassword = Type.Object(
  {
    currentPassword: Type.String({ minLength: 1, maxLength: 128 }),
    newPassword: Type.String({ minLength: 12, maxLength: 128 }),
  },
  { additionalProperties: false },
);
export type ChangePassword = Static<typeof ChangePassword>;

/** PATCH /api/v1/me → Me */
export const ChangeMe = Type.Object(
  { language: Type.Union([Type.Literal('it'), Type.Literal('en')]) },
  { additionalProperties: false },
);
export type ChangeMe = Static<typeof ChangeMe>;

/** GET /api/v1/me/sessions → StaffSession[]; DELETE /api/v1/me/sessions/:id */
export const StaffSession = Type.Object({
  id: Type.String(),
  browser: Type.Union([Type.String(), Type.Null()]),
  startedAt: Type.String(),
  lastSeenAt: Type.String(),
  current: Type.Boolean(),
});
export type StaffSession = Static<typeof StaffSession>;

/** PATCH /api/v1/staff/:id → StaffMember. POST /api/v1/staff/:id/reset → InvitationMade: a link for a new password. */
export const ChangeStaff = Type.Object(
  {
    roles: Type.Optional(Type.Array(StaffRole, { minItems: 1, maxItems: ROLES.length })),
    ended: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type ChangeStaff = Static<typeof ChangeStaff>;
