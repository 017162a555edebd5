import { queryOptions } from '@tanstack/react-query';
import type {
  AlarmRule,
  AlarmSource,
  AlarmSourceMade,
  NewAlarmRule,
  NewAlarmSource,
  TroubledDelivery,
  UnmappedAlarm,
} from '../../../contract/alarms.ts';
import type { AlarmBrief, ResourceBrief } from '../../../contract/incidents.ts';
import { request } from '../shell/request.ts';

export const standingAlarmsQuery = queryOptions({
  queryKey: ['alarms', 'standing'],
  queryFn: ({ signal }) => request<AlarmBrief[]>('/api/v1/alarms?show=standing', { signal }),
});

export const unmappedAlarmsQuery = queryOptions({
  queryKey: ['alarms', 'unmapped'],
  queryFn: ({ signal }) => request<UnmappedAlarm[]>('/api/v1/alarms?show=unmapped', { signal }),
});

export const alarmSourcesQuery = queryOptions({
  queryKey: ['alarm-sources'],
  queryFn: ({ signal }) => request<AlarmSource[]>('/api/v1/alarm-sources', { signal }),
});

export const resourcesQuery = (search: string) =>
  queryOptions({
    queryKey: ['resources', search],
    queryFn: ({ signal }) =>
      request<ResourceBrief[]>(`/api/v1/resources?search=${encodeURIComponent(search)}&limit=20`, { signal }),
  });

export const makeRule = (rule: NewAlarmRule) =>
  request<{ rule: AlarmRule; mapped: number }>('/api/v1/alarm-rules', { method: 'POST', body: rule });

export const makeSource = (source: NewAlarmSource) =>
  request<AlarmSourceMade>('/api/v1/alarm-sources', { method: 'POST', body: source });

export const endSource = (id: string) => request<unknown>(`/api/v1/alarm-sources/${id}`, { method: 'DELETE' });

export const rulesQuery = queryOptions({
  queryKey: ['alarms', 'rules'],
  queryFn: ({ signal }) => request<AlarmRule[]>('/api/v1/alarm-rules', { signal }),
});

export const endRule = (id: string) => request<unknown>(`/api/v1/alarm-rules/${id}`, { method: 'DELETE' });

export const troubledDeliveriesQuery = queryOptions({
  queryKey: ['alarms', 'deliveries'],
  queryFn: ({ signal }) => request<TroubledDelivery[]>('/api/v1/alarm-deliveries?trouble=true', { signal }),
});
