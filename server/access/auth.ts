import { createHmac, hkdfSync } from 'node:crypto';
import type { BetterAuthOptions } from 'better-auth';
import { getAdapter } from 'better-auth/db/adapter';
import { betterAuth } from 'better-auth/minimal';
import { twoFactor } from 'better-auth/plugins/two-factor';
import type { Db } from '../platform/database/database.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { sameHash } from '../platform/secrets.ts';
import { withHashedSessions } from './hashed-sessions.ts';
import { PASSWORD_LENGTH } from './rules.ts';
import { mayHaveSession } from './store.ts';

const DAY = 24 * 60 * 60;
const SESSION_DAYS = 7;

/** What the rest of the product needs of the library that signs staff in. */
export interface StaffAuth {
  /** Hands a request to the library; only the paths of sign-in-routes.ts get here. */
  handle(request: Request): Promise<Response>;
  hashPassword(password: string): Promise<string>;
  /** The session token of a Cookie header whose signature holds; else null. */
  sessionToken(cookieHeader: string | undefined): string | null;
  /** The name of the cookie; with `__Secure-` when PUBLIC_URL is https. */
  readonly cookieName: string;
}

/** The configuration of better-auth over our tables. `key`: the installation's 32 bytes; cookies are signed with one derived from them. */
export async function createStaffAuth(
  platform: Pick<Platform, 'database' | 'log' | 'publicUrl'>,
  key: Buffer,
): Promise<StaffAuth> {
  const secret = Buffer.from(hkdfSync('sha256', key, '', 'filodiretto staff sessions', 32)).toString('base64url');
  const options = libraryOptions(platform, secret);
  const plain = await getAdapter({ ...options, database: { db: platform.database.db, type: 'postgres' } });
  const auth = betterAuth({ ...options, database: withHashedSessions(() => plain) });
  const context = await auth.$context;
  const cookieName = context.authCookies.sessionToken.name;
  return {
    handle: (request) => auth.handler(request),
    hashPassword: (password) => context.password.hash(password),
    cookieName,
    sessionToken(cookieHeader) {
      const signed = readCookie(cookieHeader, cookieName);
      if (signed === null) return null;
      const end = signed.lastIndexOf('.');
      const token = signed.slice(0, end);
      const right = createHmac('sha256', secret).update(token).digest('base64');
      return end > 0 && sameHash(signed.slice(end + 1), right) ? token : null;
    },
  };
}

function readCookie(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=');
    if (key !== name) continue;
    try {
      return decodeURIComponent(value.join('='));
    } catch {
      return null;
    }
  }
  return null;
}

function libraryOptions(platform: Pick<Platform, 'database' | 'log' | 'publicUrl'>, secret: string) {
  const db: Db = platform.database.db;
  return {
    appName: 'Filodiretto',
    baseURL: platform.publicUrl,
    basePath: '/api/auth',
    secret,
    telemetry: { enabled: false },
    // Its messages may carry what people typed: only that something failed is logged.
    logger: { level: 'error', log: () => platform.log.error('the sign-in library reported trouble') },
    rateLimit: { enabled: false }, // ours is in the database: sign-in-routes.ts
    advanced: {
      cookiePrefix: 'filodiretto',
      ipAddress: { disableIpTracking: true },
      database: { generateId: () => newId(), validateSchema: false },
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true, // accounts are made by accepting an invitation
      minPasswordLength: PASSWORD_LENGTH.least,
      maxPasswordLength: PASSWORD_LENGTH.most,
    },
    user: {
      modelName: 'staff',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    session: {
      modelName: 'staff_sessions',
      fields: {
        userId: 'staff_id',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
        expiresAt: 'expires_at',
      },
      expiresIn: SESSION_DAYS * DAY,
      disableSessionRefresh: true, // the guard ends idle ones; none is prolonged beyond this
    },
    account: {
      modelName: 'staff_accounts',
      fields: {
        userId: 'staff_id',
        providerId: 'provider_id',
        accountId: 'account_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    verification: {
      modelName: 'staff_verifications',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
      storeIdentifier: 'hashed',
    },
    databaseHooks: {
      session: { create: { before: async (session) => await mayHaveSession(db, session.userId) } },
    },
    plugins: [
      twoFactor({
        issuer: 'Filodiretto',
        schema: {
          user: { fields: { twoFactorEnabled: 'second_factor' } },
          twoFactor: {
            modelName: 'staff_second_factors',
            fields: {
              userId: 'staff_id',
              backupCodes: 'backup_codes',
              failedVerificationCount: 'failed_verification_count',
              lockedUntil: 'locked_until',
            },
          },
        },
      }),
    ],
  } satisfies BetterAuthOptions;
}
