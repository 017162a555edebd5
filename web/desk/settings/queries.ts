import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Language } from '../../../contract/answer.ts';
import type { ChangeSettings, HolidaysAhead, NewRoute, Route, Settings } from '../../../contract/settings.ts';
import { request } from '../shell/request.ts';

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => request<Settings>('/api/v1/settings', { signal }),
});

export const saveSettings = (change: ChangeSettings) =>
  request<Settings>('/api/v1/settings', { method: 'PATCH', body: change });

export const routesQuery = queryOptions({
  queryKey: ['routes'],
  queryFn: ({ signal }) => request<Route[]>('/api/v1/routes', { signal }),
});

/** Makes a route, or changes one; what kind it is stays as it was made. */
export const saveRoute = (id: string | null, route: NewRoute) => {
  if (id === null) return request<Route>('/api/v1/routes', { method: 'POST', body: route });
  const { kind: _kind, ...change } = route;
  return request<Route>(`/api/v1/routes/${id}`, { method: 'PATCH', body: change });
};

export const endRoute = (id: string) => request<unknown>(`/api/v1/routes/${id}`, { method: 'DELETE' });

export const testRoute = (id: string, to: string) =>
  request<unknown>(`/api/v1/routes/${id}/test`, { method: 'POST', body: { to } });

/** The holidays of the coming year, before they are saved. */
export const holidaysQuery = (country: string, region: string, language: Language) =>
  queryOptions({
    queryKey: ['holidays', country, region, language],
    queryFn: ({ signal }) =>
      request<HolidaysAhead>(
        `/api/v1/holidays?country=${country}&region=${encodeURIComponent(region)}&language=${language}`,
        { signal },
      ),
    placeholderData: keepPreviousData,
    staleTime: 3_600_000,
  });
