import { queryOptions } from '@tanstack/react-query';
import type { Announce, Announcement, AnnouncePreview, Incident, IncidentBrief } from '../../../contract/incidents.ts';
import { request } from '../shell/request.ts';

export const incidentsQuery = (state: 'open' | 'ended') =>
  queryOptions({
    queryKey: ['incidents', 'list', state],
    queryFn: ({ signal }) => request<IncidentBrief[]>(`/api/v1/incidents?state=${state}`, { signal }),
  });

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ['incidents', 'one', id],
    queryFn: ({ signal }) => request<Incident>(`/api/v1/incidents/${id}`, { signal }),
  });

export const previewQuery = (id: string, draft: Announce) =>
  queryOptions({
    // Not below 'incidents': a change there first brings the newer version, with which the preview is asked for anew.
    queryKey: ['preview', id, draft],
    queryFn: ({ signal }) =>
      request<AnnouncePreview>(`/api/v1/incidents/${id}/announcements/preview`, {
        method: 'POST',
        body: draft,
        signal,
      }),
    retry: false,
    gcTime: 60_000,
  });

export const actOnIncident = (id: string, act: 'confirm' | 'restore' | 'dismiss' | 'close', version: number) =>
  request<unknown>(`/api/v1/incidents/${id}/${act}`, { method: 'POST', body: { version } });

export const announce = (id: string, draft: Announce) =>
  request<Announcement>(`/api/v1/incidents/${id}/announcements`, { method: 'POST', body: draft });

export const decideAnnouncement = (id: string, act: 'undo' | 'release' | 'refuse') =>
  request<Announcement>(`/api/v1/announcements/${id}/${act}`, { method: 'POST', body: {} });
