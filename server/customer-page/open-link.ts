import type { DelegationScope } from '../../contract/customer-page.ts';
import { type CaseLink, type CustomerView, caseOfLink, customerView } from '../cases/index.ts';
import { loadParty, scopesOf } from '../customers/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Db } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';
import { hashToken } from '../platform/secrets.ts';
import { mayDo } from './rules.ts';

/** 128 random bits, base64url. */
const TOKEN = /^[A-Za-z0-9_-]{22}$/;

export interface OpenLink {
  kind: 'open';
  token: string;
  link: CaseLink;
  view: CustomerView;
  /** The name of whoever holds the link. */
  name: string;
  /** For whom a delegate acts, and within which scopes; null: the customer. */
  delegate: { forName: string; scopes: ReadonlySet<DelegationScope> } | null;
  may: ReturnType<typeof mayDo>;
  actor: Extract<Actor, { kind: 'party' }>;
}

export type FoundLink =
  | OpenLink
  | { kind: 'unknown' }
  /** Expired or taken back: only a fresh one to its first address is offered. */
  | { kind: 'expired'; token: string; link: CaseLink }
  /** Of a delegate whose scopes don't reach this case, or whose delegation ended. */
  | { kind: 'not-allowed' };

/** What a token opens, right now. */
export async function openLink(platform: Platform, db: Db, token: string): Promise<FoundLink> {
  if (!TOKEN.test(token)) return { kind: 'unknown' };
  const link = await caseOfLink(db, hashToken(token));
  if (!link) return { kind: 'unknown' };
  const now = platform.clock.business();
  if (link.revokedAt || link.expiresAt <= now) return { kind: 'expired', token, link };
  const view = await customerView(db, link.caseId);
  const holder = await loadParty(db, link.partyId);
  if (!view || !holder) return { kind: 'unknown' };
  const isCustomer = link.partyId === view.partyId;
  const delegate = isCustomer
    ? null
    : {
        forName: (await loadParty(db, view.partyId))?.name ?? '',
        scopes: await scopesOf(db, link.partyId, view.partyId, now),
      };
  const may = mayDo(
    { state: view.state, topic: view.topic, isFormal: view.formalAt !== null },
    delegate?.scopes ?? null,
  );
  if (!may.see) return { kind: 'not-allowed' };
  return {
    kind: 'open',
    token,
    link,
    view,
    name: holder.name,
    delegate,
    may,
    actor: { kind: 'party', id: link.partyId, through: 'web', ...(isCustomer ? {} : { for: view.partyId }) },
  };
}
