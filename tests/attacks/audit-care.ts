import type { Case } from '../../contract/cases.ts';
import type { Customer, CustomerBrief } from '../../contract/customers.ts';
import type { MessageHandedIn } from '../../contract/intake.ts';
import type { Team } from '../../contract/teams.ts';
import { careMailbox } from '../support/intake.ts';
import { nonce, type Visitor } from '../support/stage.ts';
import type { Does } from './audit-network.ts';

const in4Hours = (): string => new Date(Date.now() + 4 * 3_600_000).toISOString();

/** Everything that staff can change about cases, what comes in, and teams. */
export async function actOnCare(person: Visitor, me: string, does: Does): Promise<void> {
  const customer = async (id: string): Promise<string> =>
    (await person.ask('GET', `/api/v1/customers?search=${id}`)).json<CustomerBrief[]>()[0]?.id ?? '';

  // Teams.
  const team = await does<Team>('team.made', 'POST', '/api/v1/teams', { name: 'Sera', kind: 'care' });
  await does('team.changed', 'PATCH', `/api/v1/teams/${team.id}`, { name: 'Notte' });
  await does('team.member-set', 'PUT', `/api/v1/teams/${team.id}/members/${me}`, { lead: true, capacity: 20 });
  await does('team.member-removed', 'DELETE', `/api/v1/teams/${team.id}/members/${me}`);
  await does('team.ended', 'DELETE', `/api/v1/teams/${team.id}`);
  await does('team.restored', 'POST', `/api/v1/teams/${team.id}/restore`);
  const away = await does('absence.recorded', 'POST', '/api/v1/absences', {
    staffId: me,
    startsAt: new Date(Date.now() + 86_400_000).toISOString(),
    endsAt: new Date(Date.now() + 2 * 86_400_000).toISOString(),
  });
  await does('absence.withdrawn', 'DELETE', `/api/v1/absences/${away.id}`);
  const teams = (await person.ask('GET', '/api/v1/teams')).json<Team[]>();
  const technical = teams.find(({ kind }) => kind === 'technical')?.id ?? '';
  await does('team.member-set', 'PUT', `/api/v1/teams/${technical}/members/${me}`, { lead: true, capacity: 20 });

  // What comes in.
  const mailbox = await does('mailbox.made', 'POST', '/api/v1/mailboxes', careMailbox(9));
  await does('mailbox.changed', 'PATCH', `/api/v1/mailboxes/${mailbox.id}`, { enabled: false });
  await does('mailbox.ended', 'DELETE', `/api/v1/mailboxes/${mailbox.id}`);
  await does('mailbox.restored', 'POST', `/api/v1/mailboxes/${mailbox.id}/restore`);
  const lexicon = (await person.ask('GET', '/api/v1/lexicon')).json<unknown[]>();
  await does('lexicon.changed', 'PUT', '/api/v1/lexicon', lexicon.slice(1));
  await does('case.opened', 'POST', '/api/v1/messages', {
    channel: 'phone',
    partyId: await customer('C-2'),
    text: 'Internet non va da stamattina',
  });
  await does('sender.blocked', 'POST', '/api/v1/blocked-senders', { address: 'premio@example.org' });
  const handed = await person.ask('POST', '/api/v1/messages', {
    body: { channel: 'api', address: 'premio@example.org', text: 'Hai vinto un premio' },
    headers: { 'idempotency-key': nonce() },
  });
  const { inboundId } = handed.json<MessageHandedIn>();
  await does('message.decided-again', 'POST', `/api/v1/inbound/${inboundId}/decide`, { decision: 'case' });
  await does('sender.unblocked', 'POST', '/api/v1/blocked-senders/remove', { address: 'premio@example.org' });

  // One case, from its beginning to its end.
  const opened = async (customerId: string): Promise<Case> =>
    await does<Case>('case.opened', 'POST', '/api/v1/cases', {
      partyId: await customer(customerId),
      topic: 'line down',
      severity: 'minor',
      language: 'it',
      words: 'Internet non va',
    });
  const { id } = await opened('C-3');
  const at = `/api/v1/cases/${id}`;
  const now = async (): Promise<Case> => (await person.ask('GET', at)).json<Case>();
  await does('case.changed', 'PATCH', at, { version: (await now()).version, severity: 'major' });
  await does('promise.made', 'POST', `${at}/promise`, { nextWordBy: in4Hours() });
  const answered = await does<Case>('case.said', 'POST', `${at}/answers`, {
    words: 'Ci guardiamo subito.',
    nextWordBy: in4Hours(),
  });
  const said = answered.messages.findLast(({ direction }) => direction === 'out')?.id;
  await does('case.taken-back', 'POST', '/api/v1/cases/undo', { messageIds: [said] });
  await does('case.noted', 'POST', `${at}/notes`, { words: 'Alimentatore?', visibility: 'operator' });
  await does('case.asked', 'POST', `${at}/questions`, { words: 'La spia è accesa?' });
  await does('case.answered', 'POST', `${at}/heard`, { words: 'La spia è spenta.' });
  await does('case.handed-over', 'POST', `${at}/hand-overs`, { teamId: technical, note: 'Alimentatore' });
  await does('case.hand-over-refused', 'POST', `${at}/hand-over/refuse`, { words: 'Prima la misura' });
  await does('case.handed-over', 'POST', `${at}/hand-overs`, { teamId: technical, note: 'Misurato' });
  await does('case.accepted', 'POST', `${at}/hand-over/accept`);
  await does('case.formal', 'POST', `${at}/formal`, { words: 'Reclamo' });
  await does('case.fix-reported', 'POST', `${at}/fix`, { words: 'Cambiato' });
  await does('case.denied', 'POST', `${at}/deny`, { words: 'No' });
  await does('case.fix-reported', 'POST', `${at}/fix`, { words: 'Cambiato ancora' });
  await does('case.answer-to-read', 'POST', `${at}/heard`, { words: 'funziona ma non benissimo' });
  await does('case.confirmed', 'POST', `${at}/confirm`, { words: 'Sì' });
  const cancelled = await opened('C-4');
  await does('case.cancelled', 'POST', `/api/v1/cases/${cancelled.id}/cancel`, { words: 'Risolto da solo' });
  const [one, other] = [await opened('C-5'), await opened('C-5')];
  await does('case.joined', 'POST', `/api/v1/cases/${other.id}/join`, { intoId: one.id });
  await does('case.parted', 'POST', `/api/v1/cases/${other.id}/apart`, {});

  // A customer: two that are one, an address that is theirs, and all that is kept of them.
  const stranger = await does<Case>('case.opened', 'POST', '/api/v1/cases', {
    newParty: { name: 'Chi sarà', channel: 'email', address: 'chi.sara@example.org' },
    topic: 'other',
    severity: 'minor',
    language: 'it',
    words: 'Chiedo notizie',
  });
  const claimed = (await person.ask('GET', `/api/v1/customers/${stranger.party.id}`)).json<Customer>();
  await does('contact-point.verified', 'POST', `/api/v1/contact-points/${claimed.contactPoints[0]?.id}/verify`, {
    how: 'document',
  });
  const merge = await does('customer.merged', 'POST', `/api/v1/customers/${stranger.party.id}/merge`, {
    into: await customer('C-6'),
  });
  await does('customer.unmerged', 'POST', `/api/v1/merges/${merge.id}/undo`);
  await does('party.exported', 'POST', `/api/v1/parties/${stranger.party.id}/export`);
  await does('case.cancelled', 'POST', `/api/v1/cases/${stranger.id}/cancel`, { words: 'Non serve più' });
  await does('party.erased', 'POST', `/api/v1/parties/${stranger.party.id}/erase`, { confirm: stranger.party.id });
}
