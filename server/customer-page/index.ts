import multipart from '@fastify/multipart';
import { FORM_LIMITS } from '../../contract/customer-page.ts';
import type { Http } from '../platform/http.ts';
import { caseRoutes } from './case-routes.ts';
import { contactRoutes } from './contact-routes.ts';
import { deedRoutes } from './deed-routes.ts';
import { fileRoute } from './file-route.ts';
import type { CustomerPagePorts } from './ports.ts';

export type { CustomerPagePorts, JudgedFile } from './ports.ts';

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
    caseRoutes(scope, ports);
    deedRoutes(scope, ports);
    fileRoute(scope, ports);
    contactRoutes(scope, ports);
  });
}
