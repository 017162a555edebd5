import { queryOptions } from '@tanstack/react-query';
import type { ChangeMailbox, Mailbox, MailboxTested, NewMailbox } from '../../../contract/intake.ts';
import { request } from '../shell/request.ts';

export const mailboxesQuery = queryOptions({
  queryKey: ['mailboxes'],
  queryFn: ({ signal }) => request<Mailbox[]>('/api/v1/mailboxes', { signal }),
});

export const makeMailbox = (mailbox: NewMailbox) =>
  request<Mailbox>('/api/v1/mailboxes', { method: 'POST', body: mailbox });
export const changeMailbox = (id: string, change: ChangeMailbox) =>
  request<Mailbox>(`/api/v1/mailboxes/${id}`, { method: 'PATCH', body: change });
export const endMailbox = (id: string) => request<unknown>(`/api/v1/mailboxes/${id}`, { method: 'DELETE' });
export const testMailbox = (id: string) => request<MailboxTested>(`/api/v1/mailboxes/${id}/test`, { method: 'POST' });

/** Takes the end back, and reads it again if it was read before. */
export async function restoreMailbox(mailbox: Mailbox): Promise<Mailbox> {
  const restored = await request<Mailbox>(`/api/v1/mailboxes/${mailbox.id}/restore`, { method: 'POST' });
  return mailbox.enabled ? await changeMailbox(mailbox.id, { enabled: true }) : restored;
}
