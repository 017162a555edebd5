import { DEEDS, type Deed, mayDo } from '../../contract/deeds.ts';
import { Failure } from '../platform/errors.ts';
import type { Guard } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import type { StaffAuth } from './auth.ts';
import { hashSessionToken } from './hashed-sessions.ts';
import { requireSameOrigin } from './same-origin.ts';
import { findLivingSession, type LivingSession, touchSession } from './store.ts';

/** A session is noted as used at most once in this time: a page that polls must not write at each look. */
const TOUCH_EVERY = 60_000;

const isDeed = (word: string): word is Deed => Object.hasOwn(DEEDS, word);

/** Who is asking, by the session cookie, and whether their roles allow what the route asks for. Throws `not-signed-in`, `not-allowed` or `cross-origin`. */
export function createGuard(platform: Platform, auth: StaffAuth): Guard {
  return async (request, access) => {
    const session = await currentSession(platform, auth, request.headers.cookie);
    if (!session) {
      throw new Failure({
        code: 'not-signed-in',
        kind: 'unauthenticated',
        detail: 'This needs a signed-in person.',
        help: 'Sign in at /desk.',
      });
    }
    requireSameOrigin(request, platform.publicUrl);
    if (access !== 'staff') {
      const deed = access.slice('deed:'.length);
      if (!isDeed(deed)) throw new Error(`${deed} is not a deed of contract/deeds.ts`);
      if (!mayDo(session.roles, deed)) {
        throw new Failure({
          code: 'not-allowed',
          kind: 'forbidden',
          detail: `Your roles don't allow "${deed}".`,
          help: `Ask somebody with one of these roles: ${DEEDS[deed].join(', ')}.`,
        });
      }
    }
    return { kind: 'staff', id: session.staffId, roles: session.roles };
  };
}

/** The living session of a Cookie header, noted as used; null when there is none. */
export async function currentSession(
  platform: Pick<Platform, 'database' | 'clock'>,
  auth: StaffAuth,
  cookieHeader: string | undefined,
): Promise<LivingSession | null> {
  const token = auth.sessionToken(cookieHeader);
  if (token === null) return null;
  const now = platform.clock.system();
  const session = await findLivingSession(platform.database.db, hashSessionToken(token), now);
  if (session && now.getTime() - session.usedAt.getTime() > TOUCH_EVERY)
    await touchSession(platform.database.db, session.sessionId, now);
  return session;
}
