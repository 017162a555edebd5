import type { ComposedText } from '../../contract/answer.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/database/database.ts';
import { insertRow, saveTexts } from './store.ts';

/** Before everything that is said to many. */
const FIRST = 1;

export interface SingleMessage {
  kind: 'staff' | 'test' | 'code';
  channel: 'sms' | 'email';
  /** E.164 with +, or a mail address. */
  to: string;
  subject: string | null;
  text: string;
  html?: string | null;
  language: ComposedText['language'];
  /** How long it is worth sending (business minutes; default 24 hours). */
  validMinutes?: number;
  /** Only by this route. */
  routeId?: string | null;
}

/** Puts one message to one person (an invitation, a word to staff, a test, a one-time code) into the outbox, in the caller's transaction. Returns its id. */
export async function enqueueSingle(tx: Tx, clock: Clock, message: SingleMessage): Promise<string> {
  const { kind, channel, to, subject, text, html = null, language, validMinutes = 1440, routeId = null } = message;
  const [saved] = await saveTexts(tx, null, [
    { channel, language, subject, body: text, html, parts: 1, coding: channel === 'sms' ? 'gsm' : null },
  ]);
  if (!saved) throw new Error('a text was not stored');
  const now = clock.business();
  return await insertRow(tx, {
    kind,
    channel,
    address: to,
    textId: saved.id,
    priority: FIRST,
    madeAt: now,
    validUntil: new Date(now.getTime() + validMinutes * 60_000),
    routeId,
  });
}
