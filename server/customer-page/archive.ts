import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { DateTime } from 'luxon';
import { ZipFile } from 'yazl';
import type { Language } from '../../contract/answer.ts';
import type { ThreadKnot } from '../../contract/customer-page.ts';
import type { CustomerView } from '../cases/index.ts';
import { wholeBlob } from '../platform/blobs.ts';
import type { OpenLink } from './open-link.ts';
import type { CustomerPagePorts } from './ports.ts';
import { threadOf } from './present.ts';
import { PRIVATE_HEADERS } from './send.ts';

/** Everything that the customer may see of a case, as a ZIP: the chronology as text and as JSON, and the attachments. */
export async function sendArchive(
  ports: CustomerPagePorts,
  reply: FastifyReply,
  { view }: OpenLink,
): Promise<FastifyReply> {
  const { platform } = ports;
  const { db } = platform.database;
  const thread = await threadOf(ports, db, view, (text) => text);
  const words = WORDS[view.language];
  const zip = new ZipFile();
  zip.addBuffer(
    Buffer.from(chronology(view, thread, platform.timeZone), 'utf8'),
    `${words.folder}-${view.number}/${words.chronology}.txt`,
  );
  zip.addBuffer(
    Buffer.from(JSON.stringify({ number: view.number, state: view.state, openedAt: view.openedAt, thread }, null, 2)),
    `${words.folder}-${view.number}/${words.chronology}.json`,
  );
  const attachments = view.messages
    .filter(({ claim }) => !claim)
    .flatMap((message) => message.attachments.map((attachment) => ({ ...attachment, of: message.number })));
  for (const { blobId, name, number, of } of attachments)
    if (blobId)
      zip.addReadStreamLazy(
        `${words.folder}-${view.number}/${words.attachments}/${String(of).padStart(3, '0')}-${number}-${entryName(name)}`,
        { compress: false },
        (give) => {
          wholeBlob(db, blobId).then(
            (bytes) => give(null, Readable.from([bytes])),
            (error: Error) => give(error, Readable.from([])),
          );
        },
      );
  zip.end();
  return reply
    .headers({
      ...PRIVATE_HEADERS,
      'content-disposition': `attachment; filename="${words.folder}-${view.number}.zip"`,
      'content-security-policy': "default-src 'none'; sandbox",
    })
    .type('application/zip')
    .send(zip.outputStream);
}

/** No folder, no hidden file, nothing that a shell reads as more than a name. */
const entryName = (name: string): string => name.replaceAll(/[/\\:*?"<>|\p{Cc}]/gu, '_').replace(/^\.+/, '_') || 'file';

const WORDS: Record<
  Language,
  {
    folder: string;
    chronology: string;
    attachments: string;
    promised: string;
    states: Record<'kept' | 'broken', string>;
    who: Record<'customer' | 'delegate' | 'staff' | 'automatic', string>;
  }
> = {
  it: {
    folder: 'pratica',
    chronology: 'cronologia',
    attachments: 'allegati',
    promised: 'Impegno per',
    states: { kept: 'mantenuto', broken: 'non mantenuto' },
    who: { customer: 'Cliente', delegate: 'Delegato', staff: 'Operatore', automatic: 'Risposta automatica' },
  },
  en: {
    folder: 'case',
    chronology: 'chronology',
    attachments: 'attachments',
    promised: 'Promise for',
    states: { kept: 'kept', broken: 'not kept' },
    who: { customer: 'Customer', delegate: 'Delegate', staff: 'Operator', automatic: 'Automatic answer' },
  },
};

function chronology(view: CustomerView, thread: readonly ThreadKnot[], zone: string): string {
  const words = WORDS[view.language];
  const time = (instant: string): string => DateTime.fromISO(instant, { zone }).toFormat('yyyy-MM-dd HH:mm');
  const lines = thread.map((knot) => {
    if (knot.what === 'promise')
      return `${time(knot.at)}  ${words.promised} ${time(knot.dueAt)}: ${words.states[knot.state]} (${knot.kind})`;
    if (knot.what === 'step')
      return `${time(knot.at)}  [${knot.step}${knot.team ? `: ${knot.team}` : ''}${knot.person ? `, ${knot.person}` : ''}]`;
    const files = knot.attachments.map(({ name }) => `\n    + ${name}`).join('');
    return `${time(knot.at)}  ${words.who[knot.who]}${knot.name ? ` (${knot.name})` : ''}, ${knot.channel}:\n${indented(knot.body)}${files}`;
  });
  return `${view.number}\n${view.subject}\n\n${lines.join('\n\n')}\n`;
}

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
