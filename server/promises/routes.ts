import { Type } from 'typebox';
import { PromiseBrief } from '../../contract/incidents.ts';
import type { Db } from '../platform/database/database.ts';
import type { Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { standing } from './rules.ts';
import { listPromises } from './store.ts';

/** What a promise is about, in words for a list: looked up by who owns the subject, joined in flow.ts. */
export type DescribeSubjects = (
  db: Db,
  subjectIds: readonly string[],
) => Promise<Map<string, { reference: string; title: string }>>;
export type NamePeople = (db: Db, ids: readonly string[]) => Promise<Map<string, string>>;

/** GET /api/v1/promises */
export function promiseRoutes(
  http: Http,
  platform: Platform,
  describe: DescribeSubjects,
  namePeople: NamePeople,
): void {
  const { db } = platform.database;
  http.get(
    '/api/v1/promises',
    {
      config: { access: 'deed:promises:see' },
      schema: {
        querystring: Type.Object({
          state: Type.Optional(Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('broken')]))),
        }),
        response: { 200: Type.Array(PromiseBrief) },
      },
    },
    async (request): Promise<PromiseBrief[]> => {
      const promises = await listPromises(db, request.query.state ?? 'open');
      const subjects = await describe(db, [...new Set(promises.map((promise) => promise.subjectId))]);
      const names = await namePeople(
        db,
        promises.flatMap((promise) => (promise.ownerId ? [promise.ownerId] : [])),
      );
      const now = platform.clock.business();
      return promises.map((promise) => {
        const subject = subjects.get(promise.subjectId);
        return {
          id: promise.id,
          kind: promise.kind,
          subject: {
            kind: promise.subjectKind,
            id: promise.subjectId,
            reference: subject?.reference ?? '',
            title: subject?.title ?? '',
          },
          promisee: promise.promisee.kind,
          madeAt: promise.madeAt.toISOString(),
          dueAt: promise.dueAt.toISOString(),
          state: promise.state,
          standing: standing(promise, now),
          owner: promise.ownerId ? { id: promise.ownerId, name: names.get(promise.ownerId) ?? promise.ownerId } : null,
          renewal: promise.renewal,
        };
      });
    },
  );
}
