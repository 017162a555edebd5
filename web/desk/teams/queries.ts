import { queryOptions } from '@tanstack/react-query';
import type { Absence, ChangeTeam, NewAbsence, NewTeam, SetTeamMember, Team } from '../../../contract/teams.ts';
import { request } from '../shell/request.ts';

export const teamsQuery = queryOptions({
  queryKey: ['teams'],
  queryFn: ({ signal }) => request<Team[]>('/api/v1/teams', { signal }),
  staleTime: 60_000,
});

export const absencesQuery = queryOptions({
  queryKey: ['teams', 'absences'],
  queryFn: ({ signal }) => request<Absence[]>('/api/v1/absences', { signal }),
});

export const makeTeam = (team: NewTeam) => request<Team>('/api/v1/teams', { method: 'POST', body: team });
export const changeTeam = (id: string, change: ChangeTeam) =>
  request<Team>(`/api/v1/teams/${id}`, { method: 'PATCH', body: change });
export const endTeam = (id: string) => request<unknown>(`/api/v1/teams/${id}`, { method: 'DELETE' });
export const restoreTeam = (id: string) => request<Team>(`/api/v1/teams/${id}/restore`, { method: 'POST' });

const member = (id: string, staffId: string): string => `/api/v1/teams/${id}/members/${encodeURIComponent(staffId)}`;
export const setMember = (id: string, staffId: string, wish: SetTeamMember) =>
  request<Team>(member(id, staffId), { method: 'PUT', body: wish });
export const removeMember = (id: string, staffId: string) => request<Team>(member(id, staffId), { method: 'DELETE' });

export const recordAbsence = (absence: NewAbsence) =>
  request<Absence>('/api/v1/absences', { method: 'POST', body: absence });
export const withdrawAbsence = (id: string) => request<unknown>(`/api/v1/absences/${id}`, { method: 'DELETE' });
