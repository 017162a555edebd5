import { createHash, randomBytes } from 'node:crypto';
import type { Db } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';
import { type Limit, takeFromLimits } from '../platform/rate-limit.ts';

/** About 65,000 hashes: a quarter of a second on a phone of today, two on an old one; a million forms are days. */
export const BITS = 16;
/** A form may lie open that long. */
const FORM_HOURS = 12;
/** Nobody reads and fills the form in less by hand. */
const LEAST_SECONDS = 3;
const DAY = 86_400;

/** With work done, from one address and from everybody. */
const WORKED: readonly Limit[] = [
  { uses: 10, seconds: 3600 },
  { uses: 30, seconds: DAY },
];
const WORKED_BY_ALL: readonly Limit[] = [{ uses: 300, seconds: 60 }];
/** Without JavaScript: few at a time, for whoever waits. */
const UNWORKED: readonly Limit[] = [
  { uses: 3, seconds: 3600 },
  { uses: 6, seconds: DAY },
];
const UNWORKED_BY_ALL: readonly Limit[] = [{ uses: 10, seconds: 60 }];

export interface Challenge {
  text: string;
  bits: number;
}

/** A challenge that only this installation makes: kept nowhere until it is used. */
export const newChallenge = ({ vault, clock }: Platform): Challenge => ({
  text: vault.seal(`form ${clock.system().getTime()} ${randomBytes(9).toString('base64url')}`),
  bits: BITS,
});

export type Admission =
  | { admitted: true }
  | { admitted: false; refusal: 'form-old' | 'too-fast'; retryAfter: null }
  | { admitted: false; refusal: 'too-many' | 'wait'; retryAfter: number };

/**
 * Whether one form may be taken. Without work there is a bounded queue: whoever does not fit waits. Refusals leave the challenge
 * as it is, so that pressing again later works.
 */
export async function admit(
  db: Db,
  platform: Platform,
  form: { challenge: string; work: string; from: string },
): Promise<Admission> {
  const { clock } = platform;
  const madeAt = readChallenge(platform, form.challenge);
  const age = madeAt === null ? Number.NaN : (clock.system().getTime() - madeAt) / 1000;
  if (!(age >= -5 && age < FORM_HOURS * 3600)) return { admitted: false, refusal: 'form-old', retryAfter: null };
  const worked = isWork(form.challenge, form.work);
  // Whoever did the work may have a browser that fills forms by itself.
  if (!worked && age < LEAST_SECONDS) return { admitted: false, refusal: 'too-fast', retryAfter: null };
  const own = await takeFromLimits(
    db,
    clock,
    `contact ${worked ? 'worked' : 'unworked'} ${form.from}`,
    worked ? WORKED : UNWORKED,
  );
  if (!own.allowed) return { admitted: false, refusal: 'too-many', retryAfter: own.retryAfter };
  const all = await takeFromLimits(
    db,
    clock,
    `contact ${worked ? 'worked' : 'unworked'} by all`,
    worked ? WORKED_BY_ALL : UNWORKED_BY_ALL,
  );
  if (!all.allowed) return { admitted: false, refusal: 'wait', retryAfter: all.retryAfter };
  return { admitted: true };
}

/** What names a form: the same when it is pressed twice, so that a challenge is worth one message. */
export const keyOf = (challenge: string): string => createHash('sha256').update(challenge).digest('base64url');

export function isWork(challenge: string, work: string): boolean {
  if (!/^\d{1,12}$/.test(work)) return false;
  return Math.clz32(createHash('sha256').update(`${challenge}.${work}`).digest().readUInt32BE(0)) >= BITS;
}

/** When a challenge was made (system clock, milliseconds); null: it is none of ours. */
function readChallenge({ vault }: Platform, text: string): number | null {
  // The shape first: the vault also reads values named as env:NAME.
  if (!/^v1\.[A-Za-z0-9_-]{60,180}$/.test(text)) return null;
  try {
    const madeAt = /^form (\d{13}) /.exec(vault.open(text))?.[1];
    return madeAt ? Number(madeAt) : null;
  } catch {
    return null;
  }
}
