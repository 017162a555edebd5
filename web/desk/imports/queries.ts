import { queryOptions } from '@tanstack/react-query';
import type { ImportBrief, ImportKind, ImportReport } from '../../../contract/imports.ts';
import { request } from '../shell/request.ts';

export const importsQuery = queryOptions({
  queryKey: ['imports', 'list'],
  queryFn: ({ signal }) => request<ImportBrief[]>('/api/v1/imports', { signal }),
});

const RUNNING = ['staging', 'checking', 'applying'];
export const isRunning = (report: Pick<ImportReport, 'state'>): boolean => RUNNING.includes(report.state);

/** One import; asked again every second while it runs, since events come at its ends only. */
export const importQuery = (id: string) =>
  queryOptions({
    queryKey: ['imports', 'one', id],
    queryFn: ({ signal }) => request<ImportReport>(`/api/v1/imports/${id}`, { signal }),
    refetchInterval: (query) => (query.state.data && isRunning(query.state.data) ? 1000 : false),
  });

/** Sends a file. The fields stand before the file, so that the server knows them when the rows begin to arrive. */
export function sendImport(options: {
  kind: ImportKind;
  file: File;
  dryRun: boolean;
  complete: boolean;
  force: boolean;
}): Promise<ImportReport> {
  const form = new FormData();
  form.append('kind', options.kind);
  for (const flag of ['dryRun', 'complete', 'force'] as const) if (options[flag]) form.append(flag, 'true');
  form.append('file', options.file);
  return request<ImportReport>('/api/v1/imports', { method: 'POST', form });
}
