import multipart from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FORM_LIMITS } from '../../contract/customer-page.ts';
import { renderPlain } from '../../web/customer/index.ts';
import { Failure } from '../platform/errors.ts';
import type { Http } from '../platform/http.ts';
import { sendMany } from './act.ts';
import { caseRoutes } from './case-routes.ts';
import { contactRoutes } from './contact-routes.ts';
import { deedRoutes } from './deed-routes.ts';
import { fileRoute } from './file-route.ts';
import type { CustomerPagePorts } from './ports.ts';
import { frameOf, sendPage } from './send.ts';

/** These pages are for people: whatever goes wrong is said as a page, with what to do; a fault of ours is logged like any other. */
const sayTrouble =
  ({ platform }: CustomerPagePorts) =>
  async (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const frame = await frameOf(platform, platform.database.db, request);
    if (error instanceof Failure && error.kind === 'too-many')
      return sendMany(reply, frame, Number(error.facts?.retryAfter ?? 60));
    const isTheirs =
      error instanceof Failure ||
      (error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500) ||
      (error instanceof Error && 'validation' in error);
    if (!isTheirs)
      request.log.error(
        { route: request.routeOptions.url ?? 'none', problem: error instanceof Error ? error.stack : String(error) },
        'a request failed',
      );
    return sendPage(reply, isTheirs ? 400 : 500, renderPlain(frame, 'broken'), frame);
  };

export type { CustomerPagePorts } from './ports.ts';

/** What customers see: the page behind a case link, and the public form. In a scope of their own: only they take plain HTML forms. */
export function customerPageRoutes(http: Http, ports: CustomerPagePorts): void {
  void http.register(async (plain) => {
    const scope = plain as unknown as Http;
    await scope.register(multipart, {
      limits: {
        fileSize: FORM_LIMITS.file,
        files: FORM_LIMITS.files + 1,
        fields: 30,
        fieldSize: FORM_LIMITS.text * 4,
        fieldNameSize: 50,
        parts: 40,
        headerPairs: 50,
      },
      throwFileSizeLimit: false,
    });
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: FORM_LIMITS.text * 12 },
      (_request, body, done) => done(null, body),
    );
    scope.setErrorHandler(sayTrouble(ports));
    caseRoutes(scope, ports);
    deedRoutes(scope, ports);
    fileRoute(scope, ports);
    contactRoutes(scope, ports);
  });
}
