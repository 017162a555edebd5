import type { Answer, ComposedText } from '../../contract/answer.ts';
import type { Settings } from '../../contract/settings.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';
import type { AnnouncementRecord } from './announcement.ts';
import { compose } from './compose/index.ts';

/** What others do when an announcement is really told: its facts become those of the subject, its promise is made, the public page shows it. */
export interface TellingPorts {
  onTelling(tx: Tx, actor: Actor, announcement: AnnouncementRecord): Promise<void>;
  /** What staff made is taken back before anybody heard it: what it said to be over is not over. */
  onUndone(tx: Tx, actor: Actor, announcement: AnnouncementRecord): Promise<void>;
}

/** What ends a subject for those who heard of it. */
export const OVER: ReadonlySet<Answer['kind']> = new Set(['restored', 'called-off']);

/** A text for one channel and language, composed for this moment. Throws `empty-answer`. */
export const composeFor = (
  platform: Platform,
  settings: Settings,
  answer: Answer,
  channel: 'sms' | 'email',
  language: 'it' | 'en',
): ComposedText =>
  compose(answer, {
    channel,
    language,
    timeZone: platform.timeZone,
    operator: settings.operator,
    statusUrl: `${platform.publicUrl}/status`,
    now: platform.clock.business(),
    unsubscribe: true,
  });
