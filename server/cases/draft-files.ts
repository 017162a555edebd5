import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { ANSWER_FILES, DraftFile } from '../../contract/files.ts';
import { storeBlob } from '../platform/blobs.ts';
import { invalid, notFound } from '../platform/errors.ts';
import { actorOf, type Http } from '../platform/http.ts';
import { tooMany } from '../platform/rate-limit.ts';
import { countDraftFiles, deleteDraftFile, insertDraftFile } from './draft-store.ts';
import { staffOf, tooLarge } from './files-of-answer.ts';
import type { CasePorts } from './ports.ts';
import { takeVisible } from './staff-acts.ts';

const WORK = { access: 'deed:cases:work' } as const;
/** So many uploads are held in memory at once; the others are asked to come again. */
const UPLOADS_AT_ONCE = 6;
const COME_AGAIN_SECONDS = 5;
let uploads = 0;

interface Uploaded {
  content: Buffer;
  name: string;
  declared: string;
}

/** Files for an answer that is being written. In a scope of their own: only they take multipart forms. */
export function draftFileRoutes(http: Http, ports: CasePorts): void {
  const { platform } = ports;
  void http.register(async (plain) => {
    const scope = plain as unknown as Http;
    await scope.register(multipart, {
      limits: { fileSize: ANSWER_FILES.each + 1, files: 1, fields: 5, fieldSize: 1000, parts: 6, headerPairs: 50 },
      throwFileSizeLimit: false,
    });
    scope.post(
      '/api/v1/cases/:id/files',
      { config: WORK, schema: { params: Type.Object({ id: Id }), response: { 201: DraftFile } } },
      async (request, reply) => {
        const [actor, { id }] = [actorOf(request), request.params];
        // Before anything is read: to whom the case is not shown, it is not there.
        await platform.database.transaction((tx) => takeVisible(tx, ports, actor, id));
        const uploaded = await readUpload(request);
        const judged = await ports.judgeFile(uploaded.content, uploaded.name, uploaded.declared);
        if (judged.problem !== null)
          throw invalid(
            'file-kind',
            'Programs, pages, documents with macros or scripts, and files that are not what they are called are not sent to customers.',
            'Send a picture, a plain PDF or a text.',
          );
        const made = await platform.database.transaction(async (tx) => {
          await takeVisible(tx, ports, actor, id);
          const drafting = { caseId: id, staffId: staffOf(actor) };
          if ((await countDraftFiles(tx, drafting)) >= ANSWER_FILES.files)
            throw invalid('files-many', `An answer takes ${ANSWER_FILES.files} files.`, 'Remove one first.');
          const now = platform.clock.system();
          const { id: blobId, size } = await storeBlob(tx, uploaded.content, platform.clock.business());
          return await insertDraftFile(
            tx,
            drafting,
            { name: judged.name, type: judged.type, declaredType: uploaded.declared, size, blobId },
            now,
          );
        });
        return reply.code(201).send(made);
      },
    );
    scope.delete(
      '/api/v1/cases/:id/files/:fileId',
      { config: WORK, schema: { params: Type.Object({ id: Id, fileId: Id }) } },
      async (request, reply) => {
        const [actor, { id, fileId }] = [actorOf(request), request.params];
        await platform.database.transaction(async (tx) => {
          await takeVisible(tx, ports, actor, id);
          if (!(await deleteDraftFile(tx, { caseId: id, staffId: staffOf(actor) }, fileId)))
            throw notFound('This file');
        });
        return reply.code(204).send();
      },
    );
  });
}

async function readUpload(request: FastifyRequest): Promise<Uploaded> {
  if (!request.isMultipart())
    throw invalid('not-multipart', 'A file comes as multipart/form-data.', 'Send it as "file".');
  if (uploads >= UPLOADS_AT_ONCE) throw tooMany(COME_AGAIN_SECONDS);
  uploads++;
  try {
    const part = await request.file();
    if (!part) throw invalid('no-file', 'There is no file in the form.', 'Send it as "file".');
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of part.file as AsyncIterable<Buffer>) {
      size += chunk.length;
      // What is too much is read to its end and forgotten, so that the browser hears the answer.
      if (size <= ANSWER_FILES.each) chunks.push(chunk);
      else chunks.length = 0;
    }
    if (part.file.truncated || size > ANSWER_FILES.each) throw tooLarge();
    if (size === 0) throw invalid('file-empty', 'The file is empty.', 'Choose another.');
    return { content: Buffer.concat(chunks), name: part.filename ?? '', declared: part.mimetype.slice(0, 100) };
  } finally {
    uploads--;
  }
}
