import { DateTime } from 'luxon';
import { Type } from 'typebox';
import { Language } from '../../contract/answer.ts';
import { HolidaysAhead } from '../../contract/settings.ts';
import type { Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { holidaysAhead } from './working-time.ts';

/** GET /api/v1/holidays: what the working hours leave out by law, before it is saved. */
export function holidayRoutes(http: Http, platform: Platform): void {
  http.get(
    '/api/v1/holidays',
    {
      config: { access: 'deed:settings:see' },
      schema: {
        querystring: Type.Object({
          country: Type.String({ pattern: '^[A-Z]{2}$' }),
          region: Type.Optional(Type.String({ maxLength: 10 })),
          language: Type.Optional(Language),
        }),
        response: { 200: HolidaysAhead },
      },
    },
    ({ query }) => {
      const today = DateTime.fromJSDate(platform.clock.business(), { zone: platform.timeZone }).toISODate() ?? '';
      return holidaysAhead(query.country, query.region ?? '', today, query.language ?? 'it');
    },
  );
}
