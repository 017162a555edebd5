import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { Failure } from '../platform/errors.ts';
import type { Http } from '../platform/http.ts';

/**
 * Serves the built desk from `distFolder` (dist/desk): `/desk` and below answer with the shell, which finds its own way;
 * `/desk/assets/*` carry a hash in their names and never change. Public, since the shell holds no data.
 * Without a build every page answers 503 and says what to run.
 */
export function deskRoutes(http: Http, distFolder: string): void {
  // A scope of its own: other folders may decorate replies with their own `sendFile`.
  void http.register(async (scope) => {
    await scope.register(fastifyStatic, { root: distFolder, serve: false, preCompressed: true });

    const shell = async (_request: unknown, reply: FastifyReply) => {
      if (!existsSync(join(distFolder, 'index.html')))
        throw new Failure({
          code: 'desk-not-built',
          kind: 'environment',
          detail: 'The desk has not been built yet.',
          help: 'Run: npm run build',
        });
      return reply.header('cache-control', 'no-store').sendFile('index.html', { cacheControl: false });
    };
    scope.get('/desk', { config: { access: 'public' } }, shell);
    scope.get('/desk/*', { config: { access: 'public' } }, shell);
    scope.get<{ Params: { '*': string } }>('/desk/assets/*', { config: { access: 'public' } }, async (request, reply) =>
      reply.sendFile(`assets/${request.params['*']}`, { immutable: true, maxAge: '365d' }),
    );
  });
}
