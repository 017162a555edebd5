import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { CaseExportQuery, Erased, EraseParty } from '../../contract/exports.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { eraseParty } from './erase-party.ts';
import { exportCase } from './export-case.ts';
import { exportParty } from './export-party.ts';

const ById = Type.Object({ id: Id });

/** Files for procedures and people, and the end of what is kept about somebody. */
export function exportRoutes(http: Http, platform: Platform): void {
  http.get(
    '/api/v1/cases/:id/export.zip',
    { config: { access: 'deed:cases:export' }, schema: { params: ById, querystring: CaseExportQuery } },
    async (request, reply) => {
      const { audience = 'customer', language } = request.query;
      const { name, archive } = await exportCase(platform, actorOf(request), request.params.id, {
        audience,
        ...(language ? { language } : {}),
      });
      return send(reply, name, archive);
    },
  );

  http.post(
    '/api/v1/parties/:id/export',
    { config: { access: 'deed:parties:erase' }, schema: { params: ById } },
    async (request, reply) => {
      const { name, archive } = await exportParty(platform, actorOf(request), request.params.id);
      return send(reply, name, archive);
    },
  );

  http.post(
    '/api/v1/parties/:id/erase',
    {
      config: { access: 'deed:parties:erase' },
      schema: { params: ById, body: EraseParty, response: { 200: Erased } },
    },
    async (request) => await eraseParty(platform, actorOf(request), request.params.id, request.body),
  );
}

const send = (reply: FastifyReply, name: string, archive: Readable): FastifyReply =>
  reply
    .type('application/zip')
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .send(archive);
