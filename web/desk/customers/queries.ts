import { queryOptions } from '@tanstack/react-query';
import type { CasePage } from '../../../contract/cases.ts';
import type {
  ContactPoint,
  Customer,
  CustomerBrief,
  CustomerDelegation,
  PartyMerge,
  RecordConsent,
} from '../../../contract/customers.ts';
import type { Erased, EraseParty } from '../../../contract/exports.ts';
import type { Found } from '../../../contract/search.ts';
import { downloadByPost, request } from '../shell/request.ts';

/** By what stands in their names, numbers and addresses; where nothing does, by names that are nearly so: a slip of the pen finds them too. */
export const customersQuery = (search: string) =>
  queryOptions({
    queryKey: ['customers', 'list', search],
    queryFn: async ({ signal }): Promise<CustomerBrief[]> => {
      const words = encodeURIComponent(search);
      const found = await request<CustomerBrief[]>(`/api/v1/customers?search=${words}&limit=50`, { signal });
      if (found.length > 0) return found;
      return (await request<Found>(`/api/v1/search?q=${words}&limit=20`, { signal })).customers;
    },
  });

/** Each reading is recorded by the server: it is not asked again without need. */
export const customerQuery = (id: string) =>
  queryOptions({
    queryKey: ['customers', 'one', id],
    queryFn: ({ signal }) => request<Customer>(`/api/v1/customers/${id}`, { signal }),
    staleTime: 300_000,
    refetchOnWindowFocus: false,
  });

export const recordConsent = (contactPointId: string, body: RecordConsent) =>
  request<Pick<ContactPoint, 'consent'>>(`/api/v1/contact-points/${contactPointId}/consent`, { method: 'POST', body });

/** The cases of a customer, open or ended. */
export const casesOfCustomerQuery = (id: string, view: 'all' | 'ended') =>
  queryOptions({
    queryKey: ['cases', 'customer', id, view],
    queryFn: ({ signal }) => request<CasePage>(`/api/v1/cases?view=${view}&party=${id}&limit=20`, { signal }),
  });

export const verifyByDocument = (contactPointId: string) =>
  request<unknown>(`/api/v1/contact-points/${contactPointId}/verify`, { method: 'POST', body: { how: 'document' } });

export const delegationsQuery = (id: string) =>
  queryOptions({
    queryKey: ['customers', 'delegations', id],
    queryFn: ({ signal }) => request<CustomerDelegation[]>(`/api/v1/customers/${id}/delegations`, { signal }),
  });

export const revokeDelegation = (id: string, delegationId: string) =>
  request<unknown>(`/api/v1/customers/${id}/delegations/${delegationId}/revoke`, { method: 'POST' });

export const mergesQuery = (id: string) =>
  queryOptions({
    queryKey: ['customers', 'merges', id],
    queryFn: ({ signal }) => request<PartyMerge[]>(`/api/v1/customers/${id}/merges`, { signal }),
  });

export const mergeInto = ({ from, into }: { from: string; into: string }) =>
  request<PartyMerge>(`/api/v1/customers/${from}/merge`, { method: 'POST', body: { into } });

export const undoMerge = (mergeId: string) => request<PartyMerge>(`/api/v1/merges/${mergeId}/undo`, { method: 'POST' });

export const eraseParty = (id: string, body: EraseParty) =>
  request<Erased>(`/api/v1/parties/${id}/erase`, { method: 'POST', body });

export const exportParty = (id: string) => downloadByPost(`/api/v1/parties/${id}/export`, `${id}.zip`);
