import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AlarmSource, PlainAlarm } from '../../../contract/alarms.ts';
import { Failure } from '../../platform/errors.ts';
import type { Http } from '../../platform/http.ts';
import { readAlertmanager } from './alertmanager.ts';
import { readPlainAlarms } from './plain-alarms.ts';

/** How each kind of source is read. The same readers serve the hook (to refuse nonsense at once) and the work afterwards. */
export const ALARM_READERS: Record<AlarmSource['kind'], (body: unknown) => PlainAlarm[]> = {
  alertmanager: readAlertmanager,
  alarms: readPlainAlarms,
};

/** What stands behind the hooks: who the token belongs to, and where the delivery is kept. */
export interface HookPorts {
  /** The source of this kind with this token, or null. */
  sourceOf(kind: AlarmSource['kind'], token: string): Promise<{ id: string } | null>;
  /** Keeps the body as received; work follows after the answer. */
  keep(sourceId: string, body: Buffer): Promise<void>;
}

const bearer = (request: FastifyRequest): string =>
  /^Bearer (\S{1,200})$/.exec(request.headers.authorization ?? '')?.[1] ?? '';

/** `/hooks/alertmanager` and `/hooks/alarms`: a token for each source, kept as received, answered before anything is worked out. */
export function hookRoutes(http: Http, ports: HookPorts): void {
  void http.register(async (hooks) => {
    hooks.removeAllContentTypeParsers();
    hooks.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const kind of Object.keys(ALARM_READERS) as AlarmSource['kind'][]) {
      hooks.post(
        `/hooks/${kind}`,
        { config: { access: 'token' }, bodyLimit: 5_242_880 },
        async (request: FastifyRequest, reply: FastifyReply) => {
          const source = await ports.sourceOf(kind, bearer(request));
          if (!source) {
            throw new Failure({
              code: 'wrong-token',
              kind: 'unauthenticated',
              detail: `This token belongs to no source of kind ${kind}.`,
              help: 'Send "Authorization: Bearer TOKEN" with the token that the desk showed for the source.',
            });
          }
          const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
          ALARM_READERS[kind](parse(body));
          await ports.keep(source.id, body);
          return reply.code(202).send({ kept: true });
        },
      );
    }
  });
}

export function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Failure({ code: 'not-json', kind: 'invalid', detail: 'The body is not JSON.', help: 'Send UTF-8 JSON.' });
  }
}
