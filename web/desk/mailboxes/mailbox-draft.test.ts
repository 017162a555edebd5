import { describe, expect, it } from 'vitest';
import type { Mailbox } from '../../../contract/intake.ts';
import { changeOf, draftOf, isElsewhere, withSecurity } from './mailbox-draft.ts';

const MAILBOX: Mailbox = {
  id: '0199a1b2-0000-7000-8000-000000000001',
  name: 'Assistenza',
  kind: 'email',
  address: 'aiuto@example.org',
  config: {
    host: 'imap.example.org',
    port: 993,
    secure: true,
    user: 'aiuto',
    folder: 'INBOX',
    authservId: null,
    trustedRoots: null,
    markSeen: false,
  },
  routeId: '0199a1b2-0000-7000-8000-000000000002',
  teamId: null,
  enabled: true,
  hasPassword: true,
  connectedSince: null,
  state: 'up',
  stateSince: null,
  stateReason: null,
};

describe('the form of a mailbox', () => {
  it('given nothing was changed, what is sent is what was there, without a password', () => {
    const { id: _, kind: __, hasPassword, connectedSince, state, stateSince, stateReason, ...same } = MAILBOX;
    expect(changeOf(draftOf(MAILBOX))).toEqual(same);
    expect({ hasPassword, connectedSince, state, stateSince, stateReason }).toBeTruthy();
  });

  it('given a password was typed, it is sent', () => {
    expect(changeOf({ ...draftOf(MAILBOX), password: 'filo' })).toMatchObject({ password: 'filo' });
  });

  it('given a scanner, it has no way out; given no certified mail, no roots', () => {
    const draft = { ...draftOf(MAILBOX), trustedRoots: 'PEM' };
    expect(changeOf({ ...draft, kind: 'letter' })).toMatchObject({ routeId: null });
    expect(changeOf(draft).config.trustedRoots).toBeNull();
    expect(changeOf({ ...draft, kind: 'pec' }).config.trustedRoots).toBe('PEM');
  });

  it('given encryption is changed, the usual port follows and one of somebody’s own stays', () => {
    const draft = draftOf(null);
    expect(withSecurity(draft, false).port).toBe(143);
    expect(withSecurity(withSecurity(draft, false), true).port).toBe(993);
    expect(withSecurity({ ...draft, port: 1993 }, false).port).toBe(1993);
  });

  it('given another folder or account, it is read from its beginning; another name alone is the same mailbox', () => {
    const draft = draftOf(MAILBOX);
    expect(isElsewhere({ ...draft, name: 'Other', port: 143 }, MAILBOX)).toBe(false);
    expect(isElsewhere({ ...draft, folder: 'Archive' }, MAILBOX)).toBe(true);
    expect(isElsewhere({ ...draft, user: 'other' }, MAILBOX)).toBe(true);
  });
});
