import { queryOptions } from '@tanstack/react-query';
import type { Found } from '../../../contract/search.ts';
import { request } from './request.ts';

/** Everything that whoever is signed in may see and that fits some words; `limit` of each kind. */
export const searchQuery = (words: string, limit: number) =>
  queryOptions({
    queryKey: ['search', words, limit],
    queryFn: ({ signal }) => request<Found>(`/api/v1/search?q=${encodeURIComponent(words)}&limit=${limit}`, { signal }),
    staleTime: 10_000,
  });
