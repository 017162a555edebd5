import { describe, expect, it } from 'vitest';
import { deedOf } from './places.ts';

describe('what an address asks for', () => {
  it.each([
    ['/incidents/0199', 'incidents:see'],
    ['/settings/routes', 'routes:manage'],
    ['/settings/general', 'settings:see'],
    ['/customers', 'customers:see'],
  ])('given %s, it is %s', (pathname, deed) => expect(deedOf(pathname)).toBe(deed));

  it.each(['/account', '/incidentsx', '/nowhere'])('given %s, nothing', (pathname) =>
    expect(deedOf(pathname)).toBeNull(),
  );
});
