import { queryOptions } from '@tanstack/react-query';
import type { ChangePassword, OwnPassword, SecondFactorMade, SignedIn, StaffSession } from '../../../contract/deeds.ts';
import { request } from '../shell/request.ts';

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: ({ signal }) => request<StaffSession[]>('/api/v1/me/sessions', { signal }),
});

export const endSession = (id: string) => request<unknown>(`/api/v1/me/sessions/${id}`, { method: 'DELETE' });

export const changePassword = (body: ChangePassword) =>
  request<unknown>('/api/auth/change-password', { method: 'POST', body });

export const beginSecondFactor = (body: OwnPassword) =>
  request<SecondFactorMade>('/api/auth/two-factor/enable', { method: 'POST', body });

export const finishSecondFactor = (code: string) =>
  request<SignedIn>('/api/auth/two-factor/verify-totp', { method: 'POST', body: { code } });

export const removeSecondFactor = (body: OwnPassword) =>
  request<unknown>('/api/auth/two-factor/disable', { method: 'POST', body });
