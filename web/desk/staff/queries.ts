import { queryOptions } from '@tanstack/react-query';
import type { ChangeStaff, InvitationMade, InviteStaff, StaffMember } from '../../../contract/deeds.ts';
import { request } from '../shell/request.ts';

export const staffQuery = queryOptions({
  queryKey: ['staff'],
  queryFn: ({ signal }) => request<StaffMember[]>('/api/v1/staff', { signal }),
});

export const inviteStaff = (invitation: InviteStaff) =>
  request<InvitationMade>('/api/v1/staff/invitations', { method: 'POST', body: invitation });

export const changeStaff = (id: string, change: ChangeStaff) =>
  request<StaffMember>(`/api/v1/staff/${id}`, { method: 'PATCH', body: change });

export const resetStaff = (id: string) =>
  request<InvitationMade>(`/api/v1/staff/${id}/reset`, { method: 'POST', body: {} });
