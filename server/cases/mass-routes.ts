import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { MassAct, MassPreview, MassRecord } from '../../contract/mass.ts';
import { actorOf, type Http } from '../platform/http.ts';
import { listMassActs, orderMassAct, previewMassAct, undoMassAct } from './mass.ts';
import type { CasePorts } from './ports.ts';

const ById = Type.Object({ id: Id });
const MASS = { access: 'deed:cases:mass' } as const;

/** One act on many cases of an incident: looked at, ordered, taken back, followed. */
export function massRoutes(http: Http, ports: CasePorts): void {
  http.post(
    '/api/v1/incidents/:id/cases/mass/preview',
    { config: MASS, schema: { params: ById, body: MassAct, response: { 200: MassPreview } } },
    (request) => previewMassAct(ports, actorOf(request), request.params.id, request.body),
  );
  http.post(
    '/api/v1/incidents/:id/cases/mass',
    { config: MASS, schema: { params: ById, body: MassAct, response: { 202: MassRecord } } },
    async (request, reply) =>
      reply.code(202).send(await orderMassAct(ports, actorOf(request), request.params.id, request.body)),
  );
  http.get(
    '/api/v1/incidents/:id/mass-acts',
    { config: MASS, schema: { params: ById, response: { 200: Type.Array(MassRecord) } } },
    (request) => listMassActs(ports.platform.database.db, request.params.id),
  );
  http.post(
    '/api/v1/mass-acts/:id/undo',
    { config: MASS, schema: { params: ById, response: { 200: MassRecord } } },
    (request) => undoMassAct(ports, actorOf(request), request.params.id),
  );
}
