import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Language } from '../../contract/answer.ts';
import { enqueueSingle } from '../outbox/index.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { type Limit, takeFromLimits, tooMany } from '../platform/rate-limit.ts';
import { readSettings } from '../settings/index.ts';
import { type CodeKey, type CodePoint, codePoint, markUsed, replaceCode, takeTry } from './one-time-code-store.ts';
import { maskedAddress } from './rules.ts';

/** What a code opens. One that was sent for one of these opens none of the others. */
export type CodePurpose = 'formal' | 'delegate' | 'new contact point' | 'contact point' | 'download';

/** Six digits, five tries, ten minutes (threats.md): a guesser has one chance in 200,000 with each code. */
const TRIES = 5;
const MINUTES = 10;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** To one contact point. */
const TO_ONE: readonly Limit[] = [
  { uses: 3, seconds: 10 * MINUTE },
  { uses: 6, seconds: HOUR },
  { uses: 10, seconds: DAY },
];
/** For one party, over all of its contact points. */
const FOR_PARTY: readonly Limit[] = [{ uses: 15, seconds: DAY }];
/** To numbers that differ in their last four digits only: a bought block of numbers gains nobody anything. */
const TO_PREFIX: readonly Limit[] = [
  { uses: 20, seconds: HOUR },
  { uses: 60, seconds: DAY },
];
/** By everybody together: what is beyond is an attack, or a fault of ours. */
const BY_ALL: readonly Limit[] = [
  { uses: 300, seconds: HOUR },
  { uses: 2000, seconds: DAY },
];
/** Entries by everybody together, right and wrong: counted before anything is compared, so that what is beyond learns nothing. */
const ENTERED_BY_ALL: readonly Limit[] = [{ uses: 1000, seconds: HOUR }];

export interface CodeSent {
  channel: 'sms' | 'email';
  /** "m…@example.it": where it went, for who knows it. */
  to: string;
}

/**
 * Sends a new code to a contact point, in the caller's transaction; those before it for the same purpose end. Throws `not-found`; `code-unverified` when the contact point is only
 * claimed and `provenElsewhere` is false: a code goes only to addresses that the operator knows, or after a proof on another channel; `code-country` for a number outside the
 * operator's country; `code-channel` for PEC; `too-many`.
 */
export async function sendCode(
  tx: Tx,
  platform: Platform,
  wish: CodeKey & { purpose: CodePurpose; language?: Language; provenElsewhere?: boolean },
): Promise<CodeSent> {
  const { clock } = platform;
  const point = await codePoint(tx, wish.contactPointId);
  if (!point) throw notFound('This contact point');
  const { operator } = await readSettings(tx);
  const channel = refuseUnfit(point, operator.country, wish.provenElsewhere ?? false);
  await takeAll(tx, platform, point);

  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const salt = randomBytes(16);
  const now = clock.system();
  await replaceCode(tx, {
    id: newId(),
    contactPointId: point.id,
    purpose: wish.purpose,
    subjectId: wish.subjectId,
    salt,
    hash: hashed(salt, code),
    madeAt: now,
    expiresAt: new Date(now.getTime() + MINUTES * MINUTE * 1000),
  });
  const language = wish.language ?? point.language;
  await enqueueSingle(tx, clock, {
    kind: 'code',
    channel,
    to: point.address,
    ...words(language, operator.shortName, code, wish.purpose),
    language,
    // The outbox counts minutes of the business clock, which may run faster.
    validMinutes: MINUTES * Math.max(1, clock.speed),
  });
  await recordEvents(tx, clock, { kind: 'rule', name: 'one-time codes' }, [
    {
      kind: 'code.sent',
      subjectKind: 'contact-point',
      subjectId: point.id,
      data: { purpose: wish.purpose, channel },
    },
  ]);
  return { channel, to: maskedAddress(point.address) };
}

export type CodeCheck =
  | { passed: true }
  /** `triesLeft` 0: this code is dead, or there is none. Nothing tells the two apart. */
  | { passed: false; triesLeft: number };

/**
 * Takes one try of the newest code. The caller must commit whatever comes back, or a wrong try is not counted; what the code opens belongs in the same transaction, so that a
 * code is used up exactly when the deed is done. Throws `too-many`, before anything was compared, when everybody together enters too many.
 */
export async function checkCode(
  tx: Tx,
  platform: Platform,
  entry: CodeKey & { purpose: CodePurpose; code: string },
): Promise<CodeCheck> {
  const now = platform.clock.system();
  const room = await takeFromLimits(tx, platform.clock, 'codes entered', ENTERED_BY_ALL);
  if (!room.allowed) throw tooMany(room.retryAfter);
  const taken = await takeTry(tx, entry, now, TRIES);
  if (!taken) return { passed: false, triesLeft: 0 };
  const entered = entry.code.replaceAll(/[\s-]/g, '').slice(0, 20);
  if (timingSafeEqual(hashed(taken.salt, entered), taken.hash)) {
    await markUsed(tx, taken.id, now);
    return { passed: true };
  }
  await recordEvents(tx, platform.clock, { kind: 'rule', name: 'one-time codes' }, [
    {
      kind: 'code.refused',
      subjectKind: 'contact-point',
      subjectId: entry.contactPointId,
      data: { purpose: entry.purpose, tries: taken.tries },
    },
  ]);
  return { passed: false, triesLeft: TRIES - taken.tries };
}

// Whoever reads the table could try a million hashes in a second; the salt keeps two rows from telling each other's code, and ten minutes do the rest.
const hashed = (salt: Buffer, code: string): Buffer => createHash('sha256').update(salt).update(code).digest();

function refuseUnfit(point: CodePoint, country: string, provenElsewhere: boolean): 'sms' | 'email' {
  if (!point.verified && !provenElsewhere)
    throw conflict(
      'code-unverified',
      'Codes go only to addresses that are known to be this person’s.',
      'Choose another address, or ask customer care.',
    );
  if (point.channel === 'pec')
    throw conflict('code-channel', 'Codes go by SMS or e-mail, not by PEC.', 'Choose another address.');
  if (point.channel === 'sms' && parsePhoneNumberFromString(point.address)?.country !== country)
    throw conflict(
      'code-country',
      'Codes by SMS go only to numbers of the operator’s own country.',
      'Choose an e-mail address.',
    );
  return point.channel;
}

async function takeAll(tx: Tx, { clock }: Platform, point: CodePoint): Promise<void> {
  const prefix = point.channel === 'sms' ? point.address.slice(0, -4) : null;
  for (const [key, limits] of [
    [`codes to ${point.channel} ${point.address}`, TO_ONE],
    [`codes for ${point.partyId}`, FOR_PARTY],
    ...(prefix ? ([[`codes to prefix ${prefix}`, TO_PREFIX]] as const) : []),
    [`codes by ${point.channel}`, BY_ALL],
  ] as const) {
    const taken = await takeFromLimits(tx, clock, key, limits);
    if (!taken.allowed) throw tooMany(taken.retryAfter);
  }
}

const OPENS: Record<Language, Record<CodePurpose, string>> = {
  it: {
    formal: 'il reclamo formale',
    delegate: 'la delega',
    'new contact point': 'aggiungere un recapito',
    'contact point': 'confermare questo recapito',
    download: 'scaricare la pratica',
  },
  en: {
    formal: 'the formal complaint',
    delegate: 'the delegation',
    'new contact point': 'adding an address',
    'contact point': 'confirming this address',
    download: 'downloading the case',
  },
};

/** Says what it opens, so that nobody reads it out to a caller who asks for something else. All of its characters are in GSM 03.38. */
function words(
  language: Language,
  operator: string,
  code: string,
  purpose: CodePurpose,
): { subject: string; text: string } {
  const opens = OPENS[language][purpose];
  return language === 'it'
    ? {
        subject: `${operator}: codice per ${opens}`,
        text: `${operator}: ${code} e' il codice per ${opens}. Vale ${MINUTES} minuti, una volta. Non lo dica a nessuno: noi non lo chiediamo mai al telefono.`,
      }
    : {
        subject: `${operator}: code for ${opens}`,
        text: `${operator}: ${code} is the code for ${opens}. It is valid for ${MINUTES} minutes, once. Tell it to nobody: we never ask for it by phone.`,
      };
}
