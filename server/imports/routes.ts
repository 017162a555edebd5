import multipart from '@fastify/multipart';
import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { ImportBrief, ImportReport } from '../../contract/imports.ts';
import type { Actor } from '../platform/actor.ts';
import { invalid, notFound } from '../platform/errors.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { type ImportKind, MOST_BYTES } from './import.ts';
import { runImport } from './run-import.ts';
import { type NewImport, startImport } from './start-import.ts';
import { listImports, loadImport, presentBrief, presentImport } from './store.ts';

/** The routes of imports, in a scope of their own: only they take multipart forms. */
export function importRoutes(http: Http, platform: Platform): void {
  void http.register(async (plain) => {
    const scope = plain as unknown as Http;
    await scope.register(multipart, {
      // One byte more than we take: reading then finds out, and says so as a problem of the file.
      limits: { fileSize: MOST_BYTES + 1, files: 1, fields: 10, fieldSize: 1000, parts: 11, headerPairs: 50 },
      throwFileSizeLimit: false,
    });

    scope.post(
      '/api/v1/imports',
      { config: { access: 'deed:imports:run' }, schema: { response: { 202: ImportReport } } },
      async (request, reply) => {
        if (!request.isMultipart())
          throw invalid(
            'not-multipart',
            'A file comes as multipart/form-data.',
            'Send the field "kind", then the file as "file".',
          );
        const fields = new Map<string, string>();
        for await (const part of request.parts()) {
          if (part.type === 'field') {
            fields.set(part.fieldname, String(part.value));
            continue;
          }
          const id = await begin(platform, actorOf(request), fields, part.filename, part.file);
          runImport(platform, id).catch((error: Error) =>
            // It stays unfinished, and is resumed.
            request.log.error({ import: id, problem: error.message }, 'an import was interrupted'),
          );
          const report = await loadImport(platform.database.db, id);
          if (!report) throw notFound('This import');
          return reply.code(202).send(presentImport(report));
        }
        throw invalid('no-file', 'There is no file in the form.', 'Send it as "file", after the field "kind".');
      },
    );

    scope.get(
      '/api/v1/imports',
      { config: { access: 'deed:imports:run' }, schema: { response: { 200: Type.Array(ImportBrief) } } },
      async () => (await listImports(platform.database.db)).map(presentBrief),
    );

    scope.get(
      '/api/v1/imports/:id',
      {
        config: { access: 'deed:imports:run' },
        schema: { params: Type.Object({ id: Id }), response: { 200: ImportReport } },
      },
      async (request) => {
        const one = await loadImport(platform.database.db, request.params.id);
        if (!one) throw notFound('This import');
        return presentImport(one);
      },
    );
  });
}

async function begin(
  platform: Platform,
  actor: Actor,
  fields: ReadonlyMap<string, string>,
  fileName: string,
  stream: NewImport['stream'],
): Promise<string> {
  const kinds: readonly ImportKind[] = ['resources', 'customers', 'services'];
  const kind = kinds.find((one) => one === fields.get('kind'));
  if (!kind) {
    stream.resume();
    throw invalid(
      'no-kind',
      'The form does not say what the file holds.',
      `Send the field "kind" (${kinds.join(', ')}) before the file.`,
    );
  }
  const flag = (name: string): boolean => fields.get(name) === 'true';
  return await startImport(platform, actor, {
    kind,
    fileName,
    stream,
    dryRun: flag('dryRun'),
    complete: flag('complete'),
    force: flag('force'),
  });
}
