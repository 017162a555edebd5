import { Type } from 'typebox';
import { ResourceBrief } from '../../../contract/incidents.ts';
import type { Http } from '../../platform/http.ts';
import type { Platform } from '../../platform/platform.ts';
import { findResources } from './store.ts';

export function topologyRoutes(http: Http, platform: Platform): void {
  http.get(
    '/api/v1/resources',
    {
      config: { access: 'deed:network:see' },
      schema: {
        querystring: Type.Object({
          search: Type.Optional(Type.String({ maxLength: 200 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
        }),
        response: { 200: Type.Array(ResourceBrief) },
      },
    },
    async (request) =>
      await findResources(platform.database.db, {
        search: request.query.search ?? '',
        limit: request.query.limit ?? 20,
      }),
  );
}
