import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MappingRule, mapAlarm, matches, tellingLabel, withoutPort, withoutSecrets } from './rules.ts';

const rule = (change: Partial<MappingRule>): MappingRule => ({
  id: 'r',
  sourceId: null,
  label: 'instance',
  pattern: null,
  act: 'resource',
  resourceId: 'mast',
  severity: null,
  ...change,
});

describe('mapping alarms to resources', () => {
  test('the first rule that matches decides, a rule of another source never does', () => {
    const rules = [rule({ id: 'a', sourceId: 'other' }), rule({ id: 'b', pattern: 'core-*' }), rule({ id: 'c' })];
    expect(mapAlarm('here', { instance: 'edge-1' }, rules).ruleId).toBe('c');
    expect(mapAlarm('here', { instance: 'core-1' }, rules).ruleId).toBe('b');
    expect(mapAlarm('other', { instance: 'core-1' }, rules).ruleId).toBe('a');
  });

  test('without a rule the customary labels name the resource, with and without the exporter’s port', () => {
    expect(mapAlarm('s', { alertname: 'Down', instance: 'mast-7:9100' }, []).candidates).toEqual([
      'mast-7:9100',
      'mast-7',
    ]);
    expect(withoutPort('https://mast-7.example.net:8443/metrics')).toBe('mast-7.example.net');
    expect(withoutPort('2001:db8::7')).toBe('2001:db8::7');
  });

  test('an ignoring rule ignores', () => {
    expect(
      mapAlarm('s', { instance: 'lab-3' }, [rule({ act: 'ignore', resourceId: null, pattern: 'lab-*' })]),
    ).toMatchObject({ ignored: true, resourceId: null });
  });

  test('patterns agree with the regular expression that they mean', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1, maxLength: 4 }), letters, (parts, value) => {
        const expression = new RegExp(
          `^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&')).join('.*')}$`,
          'i',
        );
        expect(matches(parts.join('*'), value)).toBe(expression.test(value));
      }),
    );
  });

  test('the label that is offered for mapping says which device, not which alert', () => {
    expect(tellingLabel({ alertname: 'Down', severity: 'critical', site: 'Ghiffa' })).toEqual({
      label: 'site',
      value: 'Ghiffa',
    });
    expect(tellingLabel({ site: 'Ghiffa', instance: 'x' })).toEqual({ label: 'instance', value: 'x' });
    expect(tellingLabel({})).toBeNull();
  });
});

describe('what a source sent, as a person may see it', () => {
  test('what looks like a password or a token is not shown, the rest is', () => {
    const shown = withoutSecrets(
      '{"id":"a","api_key":"k3y","password": "pa\\"ss","snmpToken":12345,"authorization":"Bearer abc.def","tokens":["one","two"],"url":"https://me:pw@host/x?token=qqq&page=2","note":"Basic dXNlcjpwdw=="',
    );
    for (const secret of ['k3y', 'pa', 'ss"', '12345', 'abc', 'one', 'two', 'me:pw', 'qqq', 'dXNl']) {
      const values = shown.replaceAll('password', '').replaceAll('page', '');
      expect(values).not.toContain(secret);
    }
    expect(shown).toContain('"id":"a"');
    expect(shown).toContain('@host/x');
    expect(shown).toContain('page=2');
  });

  test('a secret that the end cuts off is not shown either', () => {
    expect(withoutSecrets('{"password":"begins but doesn’t en')).toBe('{"password":[…]');
  });
});
