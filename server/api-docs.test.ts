import { expect, test } from 'vitest';
import { areaOf } from './api-docs.ts';

test.each([
  ['/api/v1/incidents/:id/announcements', 'incidents'],
  ['/api/v1/me', 'me'],
  ['/api/auth/sign-in/email', 'sign-in'],
  ['/hooks/alertmanager', 'hooks'],
  ['/status/feed.atom', 'public'],
  ['/', 'public'],
])('given the route %s, the reference has it under %s', (url, area) => expect(areaOf(url)).toBe(area));
