import { ChangeSettings, Settings } from '../../contract/settings.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { changeSettings, type UnknownStaff } from './change-settings.ts';
import { readSettings } from './store.ts';

/** GET and PATCH /api/v1/settings. Which deeds a change needs depends on what it changes: the verb decides. */
export function settingsRoutes(http: Http, platform: Platform, staff: { unknownStaff: UnknownStaff }): void {
  http.get(
    '/api/v1/settings',
    { config: { access: 'deed:settings:see' }, schema: { response: { 200: Settings } } },
    () => readSettings(platform.database.db),
  );

  http.patch(
    '/api/v1/settings',
    { config: { access: 'deed:settings:see' }, schema: { body: ChangeSettings, response: { 200: Settings } } },
    (request) => changeSettings(platform, actorOf(request), request.body, staff),
  );
}
