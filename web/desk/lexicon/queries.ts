import { queryOptions } from '@tanstack/react-query';
import type { Static } from 'typebox';
import type { Lexicon, Tried, TryText } from '../../../contract/intake.ts';
import { request } from '../shell/request.ts';
import type { Stem } from './stems.ts';

const read = (signal?: AbortSignal): Promise<Stem[]> =>
  request<Static<typeof Lexicon>>('/api/v1/lexicon', signal ? { signal } : {});

export const lexiconQuery = queryOptions({
  queryKey: ['lexicon'],
  queryFn: ({ signal }) => read(signal),
});

/** Changes the lexicon as it stands now, not as it stood when the page was opened. */
export const changeLexicon = async (change: (entries: readonly Stem[]) => Stem[]): Promise<Stem[]> =>
  await request<Stem[]>('/api/v1/lexicon', { method: 'PUT', body: change(await read()) });

export const tryText = (body: TryText) => request<Tried>('/api/v1/lexicon/test', { method: 'POST', body });
