import type { FastifyRequest } from 'fastify';
import type { Platform } from '../platform/platform.ts';
import { forgetLimits, limitedAddress, takeFromLimits, tooMany } from '../platform/rate-limit.ts';
import { ACCOUNT_LIMITS, ADDRESS_LIMITS, sameEmail } from './rules.ts';

/** What tries at one account's password are counted under. */
export const accountKey = (email: string): string => `password of ${sameEmail(email)}`;

/** Counts one try before it is made, so that many at once gain nothing. Throws `too-many`. */
export async function takeAddressTry(platform: Platform, request: Pick<FastifyRequest, 'ip'>): Promise<void> {
  const key = `sign-in from ${limitedAddress(request)}`;
  const taken = await takeFromLimits(platform.database.db, platform.clock, key, ADDRESS_LIMITS);
  if (!taken.allowed) throw tooMany(taken.retryAfter);
}

/** As `takeAddressTry`, for the account; known and unknown addresses are treated alike. */
export async function takeAccountTry(platform: Platform, email: string): Promise<void> {
  const taken = await takeFromLimits(platform.database.db, platform.clock, accountKey(email), ACCOUNT_LIMITS);
  if (!taken.allowed) throw tooMany(taken.retryAfter);
}

/** After the right password. */
export async function forgetAccountTries(platform: Platform, email: string): Promise<void> {
  await forgetLimits(platform.database.db, accountKey(email), ACCOUNT_LIMITS);
}
