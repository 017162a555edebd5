import { DateTime } from 'luxon';
import { DELEGATION_SCOPES, FORM_LIMITS } from '../../contract/customer-page.ts';
import { caseLink } from '../cases/index.ts';
import { appointDelegate, claimParty, delegationsOf, normaliseMail, partiesAt } from '../customers/index.ts';
import type { Tx } from '../platform/database/database.ts';
import { FormTrouble } from './act.ts';
import type { Form } from './forms.ts';
import { sendLink } from './letters.ts';
import type { OpenLink } from './open-link.ts';
import type { CustomerPagePorts } from './ports.ts';
import { parseDay } from './rules.ts';

export interface DelegateWish {
  name: string;
  mail: string;
  scopes: (typeof DELEGATION_SCOPES)[number][];
  startsAt: Date;
  endsAt: Date;
}

/** What the form wishes; throws `FormTrouble`. Days are days of the operator's zone, the last one included. */
export function delegateOf({ platform }: CustomerPagePorts, { fields }: Form): DelegateWish {
  const name = (fields.name ?? '').trim().replaceAll(/\s+/g, ' ');
  if (name === '' || name.length > FORM_LIMITS.name) throw new FormTrouble('name-missing');
  const mail = normaliseMail(fields.address ?? '');
  if (!mail) throw new FormTrouble('address-wrong');
  const given = (fields.scopes ?? '').split(',');
  const scopes = DELEGATION_SCOPES.filter((scope) => given.includes(scope));
  if (scopes.length === 0) throw new FormTrouble('scopes');
  const [starts, ends] = [parseDay(fields.starts ?? ''), parseDay(fields.ends ?? '')];
  if (!starts || !ends) throw new FormTrouble('dates');
  const zone = { zone: platform.timeZone };
  const now = platform.clock.business();
  const begin = DateTime.fromObject(starts, zone).toJSDate();
  const endsAt = DateTime.fromObject(ends, zone).plus({ days: 1 }).toJSDate();
  if (endsAt <= begin || endsAt <= now) throw new FormTrouble('dates');
  return { name, mail, scopes, startsAt: new Date(Math.max(begin.getTime(), now.getTime())), endsAt };
}

/** A delegate is a party of their own, never one whom the operator happens to know by that address: its name would come to light. */
export async function appoint(tx: Tx, ports: CustomerPagePorts, open: OpenLink, wish: DelegateWish): Promise<void> {
  const { clock } = ports.platform;
  const { actor, view } = open;
  const former = new Set((await delegationsOf(tx, view.partyId)).map(({ delegateId }) => delegateId));
  const again = (await partiesAt(tx, 'email', wish.mail)).find(({ partyId }) => former.has(partyId));
  const delegate = again
    ? { partyId: again.partyId, contactPointId: again.contactPointId }
    : await claimParty(tx, clock, actor, {
        name: wish.name,
        language: view.language,
        contactPoint: { channel: 'email', address: wish.mail },
      });
  await appointDelegate(tx, clock, actor, {
    partyId: view.partyId,
    delegateId: delegate.partyId,
    scopes: wish.scopes,
    startsAt: wish.startsAt,
    endsAt: wish.endsAt,
    evidence: `one-time code, case ${view.number}`,
  });
  const token = await caseLink(tx, ports.cases, view.id, delegate.partyId, delegate.contactPointId);
  await sendLink(tx, ports.platform, {
    channel: 'email',
    to: wish.mail,
    language: view.language,
    token,
    about: { kind: 'delegate', customer: open.name },
  });
}
