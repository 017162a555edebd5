import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type {
  AnswerCase,
  AskCustomer,
  Case,
  CaseMessage,
  CasePage,
  CaseView,
  ChangeCase,
  HandOverCase,
  HeardByVoice,
  MessagesUndone,
  NewCase,
  NoteCase,
  SetPromise,
} from '../../../contract/cases.ts';
import type { Team } from '../../../contract/teams.ts';
import { request } from '../shell/request.ts';

const PAGE = 50;

/** What shows something of a case. */
export const TOUCHED = ['cases', 'promises'] as const;

/** One view of the cases, a page at a time. */
export const casesQuery = (view: CaseView) =>
  infiniteQueryOptions({
    queryKey: ['cases', 'list', view],
    queryFn: ({ signal, pageParam }) =>
      request<CasePage>(
        `/api/v1/cases?view=${view}&limit=${PAGE}${pageParam ? `&after=${encodeURIComponent(pageParam)}` : ''}`,
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
  });

/** The cases behind one incident: the open ones, those of them that said "no" after the fix, those that have ended. */
export const casesOfIncidentQuery = (incidentId: string, view: 'all' | 'denied' | 'ended') =>
  queryOptions({
    queryKey: ['cases', 'incident', incidentId, view],
    queryFn: ({ signal }) =>
      request<CasePage>(`/api/v1/cases?view=${view}&incident=${encodeURIComponent(incidentId)}&limit=100`, { signal }),
  });

export const caseQuery = (id: string) =>
  queryOptions({
    queryKey: ['cases', 'one', id],
    queryFn: ({ signal }) => request<Case>(`/api/v1/cases/${id}`, { signal }),
  });

/** Messages of a long case from before those that it brings itself. */
export const olderMessages = (id: string, after: number, limit: number): Promise<CaseMessage[]> =>
  request<CaseMessage[]>(`/api/v1/cases/${id}/messages?after=${after}&limit=${limit}`);

export const teamsQuery = queryOptions({
  queryKey: ['teams'],
  queryFn: ({ signal }) => request<Team[]>('/api/v1/teams', { signal }),
  staleTime: 60_000,
});

const post = <Answer>(path: string, body: unknown): Promise<Answer> => request<Answer>(path, { method: 'POST', body });
const onCase = (id: string, act: string, body: unknown): Promise<Case> =>
  post<Case>(`/api/v1/cases/${id}/${act}`, body);

export const openNewCase = (body: NewCase): Promise<Case> => post<Case>('/api/v1/cases', body);
export const answerCase = (id: string, body: AnswerCase): Promise<Case> => onCase(id, 'answers', body);
export const askCustomer = (id: string, body: AskCustomer): Promise<Case> => onCase(id, 'questions', body);
export const noteCase = (id: string, body: NoteCase): Promise<Case> => onCase(id, 'notes', body);
export const heardByVoice = (id: string, body: HeardByVoice): Promise<Case> => onCase(id, 'heard', body);
export const handOver = (id: string, body: HandOverCase): Promise<Case> => onCase(id, 'hand-overs', body);
export const acceptHandOver = (id: string): Promise<Case> => onCase(id, 'hand-over/accept', {});
export const refuseHandOver = (id: string, words: string): Promise<Case> => onCase(id, 'hand-over/refuse', { words });
export const reportFix = (id: string, words: string): Promise<Case> =>
  onCase(id, 'fix', words.trim() === '' ? {} : { words });
export const setPromise = (id: string, body: SetPromise): Promise<Case> => onCase(id, 'promise', body);
export const sayForCustomer = (
  id: string,
  act: 'formal' | 'cancel' | 'confirm' | 'deny',
  words: string,
): Promise<Case> => onCase(id, act, { words });
export const joinCase = (id: string, intoId: string): Promise<Case> => onCase(id, 'join', { intoId });
export const keepApart = (id: string, intoId?: string): Promise<Case> => onCase(id, 'apart', intoId ? { intoId } : {});
export const changeCase = (id: string, body: ChangeCase): Promise<Case> =>
  request<Case>(`/api/v1/cases/${id}`, { method: 'PATCH', body });

export const undoMessages = (messageIds: string[]): Promise<MessagesUndone> =>
  post<MessagesUndone>('/api/v1/cases/undo', { messageIds });
