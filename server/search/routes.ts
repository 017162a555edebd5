import { type CountryCode, getCountryCallingCode, isSupportedCountry } from 'libphonenumber-js';
import { Found, SearchQuery } from '../../contract/search.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { search } from './search.ts';

/** GET /api/v1/search */
export function searchRoutes(http: Http, platform: Platform): void {
  http.get(
    '/api/v1/search',
    { config: { access: 'staff' }, schema: { querystring: SearchQuery, response: { 200: Found } } },
    async (request) => {
      const { q, limit = 10 } = request.query;
      const { operator } = await readSettings(platform.database.db);
      const callingCode = isSupportedCountry(operator.country)
        ? getCountryCallingCode(operator.country as CountryCode)
        : '';
      return await search(platform, actorOf(request), q, { limit, callingCode });
    },
  );
}
