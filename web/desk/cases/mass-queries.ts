import { queryOptions } from '@tanstack/react-query';
import type { CasePage } from '../../../contract/cases.ts';
import type { MassAct, MassPreview, MassRecord } from '../../../contract/mass.ts';
import { request } from '../shell/request.ts';

/** How often what waits or runs is looked at: each of its cases is an event of its own, and the live feed gathers them. */
const FOLLOW_MILLISECONDS = 2000;

export const massPreviewQuery = (incidentId: string, act: MassAct) =>
  queryOptions({
    queryKey: ['mass-preview', incidentId, act],
    queryFn: ({ signal }) =>
      request<MassPreview>(`/api/v1/incidents/${incidentId}/cases/mass/preview`, { method: 'POST', body: act, signal }),
    retry: false,
    gcTime: 60_000,
  });

/** The latest acts on the cases of an incident; followed while one waits or runs. */
export const massActsQuery = (incidentId: string) =>
  queryOptions({
    queryKey: ['cases', 'mass', incidentId],
    queryFn: ({ signal }) => request<MassRecord[]>(`/api/v1/incidents/${incidentId}/mass-acts`, { signal }),
    refetchInterval: ({ state }) =>
      state.data?.some((act) => act.state === 'waiting' || act.state === 'running') ? FOLLOW_MILLISECONDS : false,
  });

/** Open cases about lines at or below an incident's resource that no incident explains. */
export const casesNearQuery = (incidentId: string) =>
  queryOptions({
    queryKey: ['cases', 'near', incidentId],
    queryFn: ({ signal }) =>
      request<CasePage>(`/api/v1/cases?near=${encodeURIComponent(incidentId)}&limit=100`, { signal }),
  });

export const orderMassAct = (incidentId: string, act: MassAct): Promise<MassRecord> =>
  request<MassRecord>(`/api/v1/incidents/${incidentId}/cases/mass`, { method: 'POST', body: act });
export const undoMassAct = (id: string): Promise<MassRecord> =>
  request<MassRecord>(`/api/v1/mass-acts/${id}/undo`, { method: 'POST' });
