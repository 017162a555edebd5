import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { readBlob } from '../platform/blobs.ts';
import type { Db } from '../platform/database/database.ts';
import { casePdf, type DocumentFacts } from './case-pdf.ts';
import { type CaseFile, type FiledMessage, readOriginal } from './case-store.ts';

/** A name that is safe in any folder: never a path, a drive, or a hidden file. */
export function safeName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._ ()-]/gu, '_')
    .replace(/\.{2,}/g, '.')
    .replace(/^[. ]+|[. ]+$/g, '');
  return plain.slice(-100) || 'file';
}

/** Where each part lies in the archive; the index and the archive agree by this. */
export const PLACES = {
  pdf: (file: CaseFile): string => `${file.facts.number}.pdf`,
  message: ({ number, direction, channel }: FiledMessage): string =>
    `messages/${String(number).padStart(3, '0')}-${direction}-${channel}.txt`,
  original: (index: number, channel: string): string =>
    `originals/${String(index + 1).padStart(3, '0')}.${['email', 'pec', 'letter'].includes(channel) ? 'eml' : 'bin'}`,
  attachment: (messageNumber: number, number: number, name: string): string =>
    `attachments/${String(messageNumber).padStart(3, '0')}-${String(number).padStart(2, '0')}-${safeName(name)}`,
};

/** One message as text, exactly as it was said. */
const asText = (message: FiledMessage): string =>
  [
    `Number: ${message.number}`,
    `Direction: ${message.direction}`,
    `Channel: ${message.channel}`,
    `Said: ${message.saidAt.toISOString()}`,
    `Author: ${message.author ?? (message.automatic ? 'automatic' : 'unknown')}${message.claim ? ' (not known to be the customer)' : ''}`,
    ...(message.state
      ? [`State: ${message.state}${message.settledAt ? ` ${message.settledAt.toISOString()}` : ''}`]
      : []),
    ...(message.subject ? [`Subject: ${message.subject}`] : []),
    '',
    message.body,
    ...(message.quoted ? ['', '--- quoted ---', message.quoted] : []),
    '',
  ].join('\n');

/** What is in the archive, for machines. */
export const caseIndex = (file: CaseFile, facts: DocumentFacts): object => ({
  format: 'filodiretto-case/1',
  madeAt: facts.madeAt.toISOString(),
  operator: facts.operator,
  case: { ...file.facts, ownerId: undefined },
  document: PLACES.pdf(file),
  messages: file.messages.map((message) => ({ ...message, file: PLACES.message(message) })),
  attachments: file.attachments.map(({ blobId, ...attachment }) => ({
    ...attachment,
    sha256: blobId?.toString('hex') ?? null,
    file: blobId ? PLACES.attachment(attachment.messageNumber, attachment.number, attachment.name) : null,
  })),
  originals: file.originals.map(({ rawBlob, ...original }, index) => ({
    ...original,
    sha256: rawBlob?.toString('hex') ?? null,
    file: PLACES.original(index, original.channel),
  })),
  promises: file.promises,
  events: file.events,
});

/** Puts a case into an archive under a folder (empty, or with a slash at the end). What is large is read from the database when its turn comes. */
export function addCaseTo(zip: ZipFile, db: Db, file: CaseFile, facts: DocumentFacts, folder = ''): void {
  const mtime = facts.madeAt;
  const lazily = (path: string, open: () => Readable, compress = true): void =>
    zip.addReadStreamLazy(`${folder}${path}`, { mtime, compress }, (done) => done(null, open()));
  lazily(PLACES.pdf(file), () => casePdf(file, facts), false);
  for (const message of file.messages)
    zip.addBuffer(Buffer.from(asText(message), 'utf8'), `${folder}${PLACES.message(message)}`, { mtime });
  for (const [index, original] of file.originals.entries())
    lazily(PLACES.original(index, original.channel), () =>
      Readable.from(original.rawBlob ? readBlob(db, original.rawBlob) : oneValue(db, original.id)),
    );
  for (const { blobId, messageNumber, number, name } of file.attachments)
    if (blobId)
      lazily(PLACES.attachment(messageNumber, number, name), () => Readable.from(readBlob(db, blobId)), false);
  zip.addBuffer(Buffer.from(`${JSON.stringify(caseIndex(file, facts), null, 2)}\n`), `${folder}index.json`, { mtime });
}

async function* oneValue(db: Db, inboundId: string): AsyncGenerator<Buffer> {
  yield await readOriginal(db, inboundId);
}

/** An archive as a stream: what fails in a part fails the whole, so that nobody takes half of it for all. */
export function zipStream(fill: (zip: ZipFile) => void): Readable {
  const zip = new ZipFile();
  const out = new PassThrough();
  zip.on('error', (error: Error) => out.destroy(error));
  (zip.outputStream as Readable).on('error', (error) => out.destroy(error)).pipe(out);
  fill(zip);
  zip.end();
  return out;
}
