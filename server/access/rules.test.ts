import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ROLES } from '../../contract/deeds.ts';
import { limitedAddress } from '../platform/rate-limit.ts';
import { decideStaffChange, isUsable } from './rules.ts';
import { requireSameOrigin } from './same-origin.ts';

const roles = fc.uniqueArray(fc.constantFrom(...ROLES), { minLength: 1, maxLength: 4 });
const member = fc.record({ roles, joined: fc.boolean(), ended: fc.boolean() });
const change = fc.record({ roles, ended: fc.boolean() }, { requiredKeys: [] });

const administers = (state: { roles: readonly string[]; joined: boolean; ended: boolean }): boolean =>
  state.joined && !state.ended && state.roles.includes('administrator');

describe('changing staff', () => {
  test('whatever is changed, an installation that had an administrator keeps one', () => {
    fc.assert(
      fc.property(member, change, fc.nat(3), (before, wanted, others) => {
        const decision = decideStaffChange(before, wanted, others);
        const after = decision.kind === 'change' ? { ...before, ...decision } : before;
        const count = (state: typeof after): number => others + (administers(state) ? 1 : 0);
        if (count(before) > 0) expect(count(after)).toBeGreaterThan(0);
      }),
    );
  });

  test('it is refused for no other reason, and done as asked', () => {
    fc.assert(
      fc.property(member, change, fc.nat(3), (before, wanted, others) => {
        const decision = decideStaffChange(before, wanted, others);
        if (decision.kind === 'last-administrator') expect(administers(before) && others === 0).toBe(true);
        if (decision.kind !== 'change') return;
        expect(decision.roles).toEqual([...(wanted.roles ?? before.roles)].sort());
        expect(decision.ended).toBe(wanted.ended ?? before.ended);
      }),
    );
  });

  test('asking for what is so already changes nothing, in whatever order the roles are named', () => {
    fc.assert(
      fc.property(member, (before) => {
        const same = { roles: [...before.roles].reverse(), ended: before.ended };
        expect(decideStaffChange(before, same, 1).kind).toBe('none');
      }),
    );
  });
});

test('a link can be used until its last instant, and not again', () => {
  const end = new Date('2026-03-11T13:05:00Z');
  expect(isUsable({ usedAt: null, expiresAt: end }, new Date(end.getTime() - 1))).toBe(true);
  expect(isUsable({ usedAt: null, expiresAt: end }, end)).toBe(false);
  expect(isUsable({ usedAt: new Date(0), expiresAt: end }, new Date(0))).toBe(false);
});

test('a household with a whole IPv6 network counts as one address', () => {
  const at = (ip: string): string => limitedAddress({ ip });
  expect(at('192.0.2.7')).toBe('192.0.2.7');
  expect(at('::ffff:192.0.2.7')).toBe('192.0.2.7');
  expect(at('2001:db8:1:2:aaaa::1')).toBe(at('2001:0db8:1:2:bbbb:cccc:dddd:eeee'));
  expect(at('2001:db8:1:2::1')).not.toBe(at('2001:db8:1:3::1'));
  expect(at('2001:db8::1')).toBe('2001:db8:0:0::/64');
});

test('what changes something must say that it comes from our pages', () => {
  const may = (headers: Record<string, string>, method = 'POST'): boolean => {
    try {
      requireSameOrigin({ method, headers, host: '10.0.0.5:8600' } as never, 'https://care.example.it');
      return true;
    } catch {
      return false;
    }
  };
  expect(may({ origin: 'https://care.example.it' })).toBe(true);
  expect(may({ origin: 'http://10.0.0.5:8600' })).toBe(true); // reached past the proxy, by its own address
  expect(may({ 'sec-fetch-site': 'same-origin' })).toBe(true);
  expect(may({ origin: 'https://care.example.it', 'sec-fetch-site': 'cross-site' })).toBe(false);
  expect(may({ origin: 'https://care.example.it.evil.example' })).toBe(false);
  expect(may({ origin: 'http://care.example.it' })).toBe(false);
  expect(may({ origin: 'https://evil.example' })).toBe(false);
  expect(may({ origin: 'null' })).toBe(false);
  expect(may({ 'sec-fetch-site': 'same-site' })).toBe(false);
  expect(may({ referer: 'https://care.example.it/desk' })).toBe(false);
  expect(may({})).toBe(false);
  expect(may({ origin: 'https://evil.example' }, 'GET')).toBe(true);
});
