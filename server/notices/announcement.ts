import type { AnnouncementKind, Answer } from '../../contract/answer.ts';
import type { AnnouncementState } from '../../contract/incidents.ts';

/**
 * Who is told: `concerned` everybody whose line is concerned now; `heard` only who heard of the subject before (who never heard of an outage is
 * not told that it ended); `unheard` only those concerned who have not heard yet (the outage grew).
 */
export type Audience = 'concerned' | 'heard' | 'unheard';

export interface AnnouncementRecord {
  id: string;
  subjectKind: string;
  subjectId: string;
  number: number;
  kind: AnnouncementKind;
  answer: Answer;
  audience: Audience;
  state: AnnouncementState;
  stateReason: string | null;
  madeAt: Date;
  actor: Record<string, string>;
  releaseAt: Date | null;
  releasedByPerson: boolean;
  audienceCount: number;
  costCents: number;
  validUntil: Date;
}

/** How many people a text would reach on a channel in a language. */
export interface AudienceRow {
  channel: 'sms' | 'email';
  language: 'it' | 'en';
  people: number;
}
