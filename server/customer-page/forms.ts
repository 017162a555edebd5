import type { FastifyRequest } from 'fastify';
import { FORM_LIMITS, type Trouble } from '../../contract/customer-page.ts';
import type { ReadAttachment } from '../intake/index.ts';
import type { Db } from '../platform/database/database.ts';
import { invalid } from '../platform/errors.ts';
import type { Platform } from '../platform/platform.ts';
import { takeFromLimit, tooMany } from '../platform/rate-limit.ts';
import type { CustomerPagePorts } from './ports.ts';

/** Files of one form together. */
const ALL_FILES = 20_971_520;
/** So many uploads are held in memory at once, whoever sends them; the others are asked to come again. */
const UPLOADS_AT_ONCE = 6;
const COME_AGAIN_SECONDS = 10;
const DAY = 86_400;

/** What a form brought: the last value of each field (several of `scopes` joined by commas), and files as they are by content. */
export interface Form {
  fields: Readonly<Record<string, string>>;
  files: readonly ReadAttachment[];
  /** Why it can't be taken as it is. */
  trouble: Trouble | null;
}

let uploads = 0;

/** Reads a form of either kind to its end, within bounds. Throws `too-many` when too many upload at once. */
export async function readForm(request: FastifyRequest, ports: Pick<CustomerPagePorts, 'judgeFile'>): Promise<Form> {
  if (!request.isMultipart()) return { fields: plainFields(request.body), files: [], trouble: null };
  if (uploads >= UPLOADS_AT_ONCE) throw tooMany(COME_AGAIN_SECONDS);
  uploads++;
  try {
    return await readParts(request, ports);
  } finally {
    uploads--;
  }
}

async function readParts(request: FastifyRequest, ports: Pick<CustomerPagePorts, 'judgeFile'>): Promise<Form> {
  const fields: Record<string, string> = {};
  const files: ReadAttachment[] = [];
  let trouble: Trouble | null = null;
  let together = 0;
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        setField(fields, part.fieldname, String(part.value));
        if (part.valueTruncated) trouble ??= 'too-long';
        continue;
      }
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of part.file as AsyncIterable<Buffer>) {
        size += chunk.length;
        // What is too much is read to its end and forgotten, so that the browser hears the answer.
        if (size <= FORM_LIMITS.file && together + size <= ALL_FILES) chunks.push(chunk);
        else chunks.length = 0;
      }
      if (size === 0) continue; // a field for files that was left empty
      together += size;
      if (part.file.truncated || size > FORM_LIMITS.file || together > ALL_FILES) {
        trouble ??= 'file-large';
        continue;
      }
      if (files.length >= FORM_LIMITS.files) {
        trouble ??= 'files-many';
        continue;
      }
      const content = Buffer.concat(chunks);
      const judged = await ports.judgeFile(content, part.filename ?? '', part.mimetype);
      if (isRefused(judged)) trouble ??= 'file-kind';
      files.push({
        ...judged,
        declaredType: part.mimetype.slice(0, 100),
        size,
        contentId: null,
        inline: false,
        content,
      });
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (/^FST_(FILES|PARTS|FIELDS)_LIMIT$/.test(code)) trouble ??= 'files-many';
    else throw invalid('form-broken', 'The form did not arrive whole.', 'Send it again.');
  }
  return { fields, files, trouble };
}

/** Programs, pages with scripts, and files that claim to be what they are not; the rest is kept with what speaks against it. */
const isRefused = ({ type, problem }: { type: string; problem: string | null }): boolean =>
  problem === 'program' ||
  problem === 'misleading type' ||
  ['text/html', 'image/svg+xml', 'application/xhtml+xml'].includes(type);

function plainFields(body: unknown): Record<string, string> {
  const fields: Record<string, string> = {};
  if (typeof body === 'string') for (const [name, value] of new URLSearchParams(body)) setField(fields, name, value);
  return fields;
}

// Form fields end lines with CR LF (WHATWG HTML, "constructing the entry list"); zeros and halves of characters cannot be stored.
function setField(fields: Record<string, string>, name: string, value: string): void {
  if (!/^[a-zA-Z]{1,30}$/.test(name)) return;
  const clean = value
    .replaceAll('\r\n', '\n')
    .replaceAll('\0', '')
    .replaceAll(/\p{Surrogate}/gu, '');
  fields[name] = name === 'scopes' && fields.scopes ? `${fields.scopes},${clean}` : clean;
}

/** What was written, or what is wrong with it. */
export function wordsOf(form: Form, name = 'text'): { words: string; trouble: Trouble | null } {
  const words = (form.fields[name] ?? '').trim();
  if (words.length > FORM_LIMITS.text) return { words: words.slice(0, FORM_LIMITS.text), trouble: 'too-long' };
  return { words, trouble: form.trouble };
}

/** Whether this form comes for the first time: twice pressed is once done. In the transaction of the deed, so that a deed that failed can be tried again. */
export async function isFirst(tx: Db, { clock }: Platform, link: string, form: Form): Promise<boolean> {
  const once = form.fields.once;
  if (!once) return true; // not from our page: nothing tells two of them apart
  return (await takeFromLimit(tx, clock, `form ${link} ${once.slice(0, 100)}`, { uses: 1, seconds: 7 * DAY })).allowed;
}
