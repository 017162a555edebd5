import { queryOptions } from '@tanstack/react-query';
import type { ContactPoint, Customer, CustomerBrief, RecordConsent } from '../../../contract/customers.ts';
import { request } from '../shell/request.ts';

export const customersQuery = (search: string) =>
  queryOptions({
    queryKey: ['customers', 'list', search],
    queryFn: ({ signal }) =>
      request<CustomerBrief[]>(`/api/v1/customers?search=${encodeURIComponent(search)}&limit=50`, { signal }),
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
