import type { CaseFacts, PageFrame, ShownAddress, ShownDelegation, ThreadKnot } from '../../contract/customer-page.ts';
import type { CustomerView } from '../cases/index.ts';
import { contactPointsOf, type Delegation, delegationsOf, maskedAddress, namesOfParties } from '../customers/index.ts';
import type { Db } from '../platform/database/database.ts';
import { teamsById } from '../teams/index.ts';
import type { OpenLink } from './open-link.ts';
import type { CustomerPagePorts } from './ports.ts';
import { inOrder, lastBroken, stepOf, withoutMoney } from './rules.ts';

/** Everything that the page says, as whoever holds the link may see it. `hidden` stands where an amount was. */
export async function factsOf(
  ports: CustomerPagePorts,
  db: Db,
  open: OpenLink,
  frame: PageFrame,
  hidden: string,
): Promise<CaseFacts> {
  const { view, delegate } = open;
  const seesMoney = !delegate || delegate.scopes.has('billing:view');
  const plain = (text: string): string => (seesMoney ? text : withoutMoney(text, hidden));
  const own = delegate === null;
  return {
    viewer: delegate
      ? { as: 'delegate', name: open.name, forName: delegate.forName, scopes: [...delegate.scopes] }
      : { as: 'customer', name: open.name },
    number: view.number,
    subject: plain(view.subject),
    topic: view.topic,
    state: view.state,
    waitingFor: view.waitingFor,
    joinedTo: view.joinedTo?.number ?? null,
    openedAt: view.openedAt.toISOString(),
    formalAt: view.formalAt?.toISOString() ?? null,
    endedAt: view.endedAt?.toISOString() ?? null,
    asked: view.asked?.what ?? null,
    team: view.team,
    promises: view.promises
      .filter(({ state }) => state === 'open')
      .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())
      .map(({ kind, dueAt }) => ({
        kind,
        dueAt: dueAt.toISOString(),
        paused: view.pausedAt !== null && kind !== 'formal-answer',
      })),
    broken: brokenOf(view),
    thread: await threadOf(ports, db, view, plain),
    answeredAt: view.contactPointId,
    addresses: own ? await addressesOf(db, view.partyId) : [],
    delegations: own ? await standingDelegations(db, view.partyId, frame.now) : [],
    may: open.may,
  };
}

function brokenOf({ promises }: CustomerView): CaseFacts['broken'] {
  const broken = lastBroken(promises);
  return broken && { dueAt: broken.dueAt.toISOString() };
}

/** The thread, oldest first. */
export async function threadOf(
  ports: CustomerPagePorts,
  db: Db,
  view: CustomerView,
  plain: (text: string) => string,
): Promise<ThreadKnot[]> {
  const said = view.messages.filter(({ claim }) => !claim);
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const staffIds = [
    ...said.filter(({ actor }) => actor.kind === 'staff').map(({ actor }) => text(actor.id)),
    ...view.steps.map(({ data }) => text(data.owner)).filter(Boolean),
  ];
  const [people, delegates] = [
    await ports.namePeople(db, staffIds),
    await namesOfParties(
      db,
      said.filter(({ actor }) => actor.for).map(({ actor }) => text(actor.id)),
    ),
  ];
  const teams = await teamsById(db, view.steps.map(({ data }) => text(data.team)).filter(Boolean));
  const knots: ThreadKnot[] = [];
  for (const message of said) {
    const { actor } = message;
    const who =
      message.direction === 'in'
        ? actor.for
          ? 'delegate'
          : 'customer'
        : actor.kind === 'staff'
          ? 'staff'
          : 'automatic';
    knots.push({
      what: 'message',
      at: message.saidAt.toISOString(),
      kind: message.kind,
      channel: message.channel,
      who,
      name:
        who === 'staff'
          ? (people.get(text(actor.id)) ?? null)
          : who === 'delegate'
            ? (delegates.get(text(actor.id)) ?? null)
            : null,
      body: plain(message.body),
      attachments: message.attachments.map(({ id, name, size, blobId }) => ({ id, name, size, lost: blobId === null })),
      sent: message.direction === 'out' && message.channel !== 'web' ? sentOf(message.state) : null,
    });
  }
  for (const { kind, at, data } of view.steps) {
    const step = stepOf(kind);
    if (step)
      knots.push({
        what: 'step',
        at: at.toISOString(),
        step,
        team: teams.get(text(data.team))?.name ?? null,
        person: people.get(text(data.owner)) ?? null,
      });
  }
  for (const { kind, dueAt, state, settledAt } of view.promises)
    if (settledAt && (state === 'kept' || state === 'broken'))
      knots.push({ what: 'promise', at: settledAt.toISOString(), kind, dueAt: dueAt.toISOString(), state });
  return inOrder(knots);
}

function sentOf(state: CustomerView['messages'][number]['state']): 'on its way' | 'sent' | 'arrived' | 'failed' | null {
  if (state === 'delivered') return 'arrived';
  if (state === 'sent' || state === 'in doubt') return 'sent';
  if (state === 'failed') return 'failed';
  return state === 'held' || state === 'queued' ? 'on its way' : null;
}

/** The customer's addresses, masked. */
export async function addressesOf(db: Db, partyId: string): Promise<ShownAddress[]> {
  return (await contactPointsOf(db, partyId))
    .filter(({ ended_at }) => ended_at === null)
    .map(({ id, channel, address, verification }) => ({
      id,
      channel,
      to: maskedAddress(address),
      verified: verification === 'verified',
    }));
}

const isStanding = ({ revokedAt, endsAt }: Delegation, now: string): boolean =>
  revokedAt === null && (endsAt === null || endsAt.toISOString() > now);

/** Delegations that stand or will. */
export async function standingDelegations(db: Db, partyId: string, now: string): Promise<ShownDelegation[]> {
  return (await delegationsOf(db, partyId))
    .filter((one) => isStanding(one, now))
    .map(({ id, name, scopes, startsAt, endsAt }) => ({
      id,
      name,
      scopes,
      startsAt: startsAt.toISOString(),
      endsAt: endsAt?.toISOString() ?? null,
    }));
}
