import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Static } from 'typebox';
import type { BlockedSender, DecideInbound, InboundBrief, InboundList, InboundPage } from '../../../contract/intake.ts';
import { request } from '../shell/request.ts';

/** One list of what came in, a page at a time. */
export const inboundQuery = (decision: InboundList) =>
  infiniteQueryOptions({
    queryKey: ['inbound', decision],
    queryFn: ({ signal, pageParam }) =>
      request<InboundPage>(
        `/api/v1/inbound?decision=${encodeURIComponent(decision)}${pageParam ? `&before=${encodeURIComponent(pageParam)}` : ''}`,
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });

export const decideInbound = (id: string, body: Static<typeof DecideInbound>) =>
  request<InboundBrief>(`/api/v1/inbound/${id}/decide`, { method: 'POST', body });

export const blockedQuery = queryOptions({
  queryKey: ['inbound', 'blocked'],
  queryFn: ({ signal }) => request<Static<typeof BlockedSender>[]>('/api/v1/blocked-senders', { signal }),
});

export const blockSender = (address: string) =>
  request<unknown>('/api/v1/blocked-senders', { method: 'POST', body: { address } });
export const unblockSender = (address: string) =>
  request<unknown>('/api/v1/blocked-senders/remove', { method: 'POST', body: { address } });
