import type { Channel, ComposedText } from '../../contract/answer.ts';
import type { OutgoingMail } from '../channels/channel.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/database/database.ts';
import { newId } from '../platform/ids.ts';
import { insertRow, saveTexts } from './store.ts';

/** Before everything that is said to many. */
const FIRST = 1;

export interface SingleMessage {
  kind: 'staff' | 'test' | 'code' | 'message';
  /** Of the row; for a message about a case, the message's: what becomes of it is told by this id. Default: a new one. */
  id?: string;
  channel: Channel;
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
  /** What only mail has; attachments are asked for when it leaves (`attachmentsOf`). */
  mail?: Omit<OutgoingMail, 'attachments'>;
}

/** Puts one message to one person (an invitation, a word to staff, a test, a one-time code, an answer about a case) into the outbox, in the caller's transaction. Returns its id. */
export async function enqueueSingle(tx: Tx, clock: Clock, message: SingleMessage): Promise<string> {
  const { kind, channel, to, subject, text, html = null, language, validMinutes = 1440, routeId = null } = message;
  const [saved] = await saveTexts(tx, null, [
    {
      channel,
      language,
      subject,
      body: text,
      html,
      parts: 1,
      coding: channel === 'sms' ? 'gsm' : null,
      ...(message.mail ? { mail: message.mail } : {}),
    },
  ]);
  if (!saved) throw new Error('a text was not stored');
  const now = clock.business();
  return await insertRow(tx, {
    id: message.id ?? newId(),
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
