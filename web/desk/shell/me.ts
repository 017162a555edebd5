import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import type { Deed, Me } from '../../../contract/deeds.ts';
import { request } from './request.ts';

/** Who is signed in, with the moment at which the answer came (the business clock is read from it). */
export type PresentMe = Me & { receivedAt: number };

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }): Promise<PresentMe> => ({
    ...(await request<Me>('/api/v1/me', { signal })),
    receivedAt: Date.now(),
  }),
  staleTime: 60_000,
});

/** Who is signed in; only below the shell, which loads it. */
export const useMe = (): PresentMe => useSuspenseQuery(meQuery).data;

/** Whether who is signed in may do a deed. */
export function useMay(): (deed: Deed) => boolean {
  const { deeds } = useMe();
  return (deed) => deeds.includes(deed);
}
