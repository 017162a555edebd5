import { queryOptions } from '@tanstack/react-query';
import type { PromiseBrief } from '../../../contract/incidents.ts';
import { request } from '../shell/request.ts';

export const promisesQuery = (state: 'open' | 'broken') =>
  queryOptions({
    queryKey: ['promises', state],
    queryFn: ({ signal }) => request<PromiseBrief[]>(`/api/v1/promises?state=${state}`, { signal }),
  });
