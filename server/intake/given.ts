import { wholeBlob } from '../platform/blobs.ts';
import type { Db } from '../platform/database/database.ts';
import { plainReading, type ReadAttachment, type Reading } from './intake.ts';

/** What a form or the API hands in, as it is kept: JSON, with the attachments in blobs beside it. */
export interface GivenWords {
  /** A number or mail address; null: none was given. */
  sender: string | null;
  name: string | null;
  subject: string | null;
  text: string;
  languages: string[];
  attachments: (Omit<ReadAttachment, 'content'> & { blob: string | null })[];
}

export const writeGiven = (words: GivenWords): Buffer => Buffer.from(JSON.stringify(words));

export async function readGiven(db: Db, raw: Buffer): Promise<Reading> {
  const words = JSON.parse(raw.toString('utf8')) as GivenWords;
  const attachments: ReadAttachment[] = [];
  for (const { blob, ...attachment } of words.attachments)
    attachments.push({ ...attachment, content: blob === null ? null : await wholeBlob(db, Buffer.from(blob, 'hex')) });
  return plainReading({
    sender: words.sender,
    senderName: words.name,
    subject: words.subject,
    text: words.text,
    languages: words.languages,
    attachments,
  });
}
