import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Case, CaseBrief, CasePage } from '../../contract/cases.ts';
import { type RunningExample, readBy, startExample } from '../support/example.ts';

// The story of getting heard as a newcomer sees it.
let example: RunningExample;
beforeAll(async () => {
  example = await startExample('--story', 'heard', '--speed', '240');
});
afterAll(async () => await example?.clear());

test('given the story of getting heard, when it has played, then one matter was one case, answered with a time, and over when its customer said so', async () => {
  const { steps, people } = await example.played();
  expect(steps.map((step) => step.state)).toEqual([...Array(12).fill('done'), 'now']);
  const [caller, writer, presser, waiting, stranger] = people;
  expect(stranger?.where).toBe('stranger');
  expect(stranger && readBy(stranger)).toEqual([]);
  const care = await example.signedIn('care');
  const cases = async (view: string): Promise<CaseBrief[]> =>
    (await care.get<CasePage>(`/api/v1/cases?view=${view}`)).cases;
  const [solved, ...more] = await cases('ended');
  expect(more).toEqual([]);
  expect(solved).toMatchObject({ state: 'confirmed', channel: 'sms', reminders: 2, party: { externalId: caller?.id } });
  expect(caller && readBy(caller).join('\n').replaceAll(' ', '')).toContain(solved?.number);
  const open = await cases('all');
  for (const person of [writer, presser, waiting])
    expect(open.filter(({ party }) => party.externalId === person?.id)).toHaveLength(1);
  expect(open.find(({ party }) => party.externalId === presser?.id)?.reminders).toBe(2);
  expect(open.find(({ party }) => party.externalId === writer?.id)).toMatchObject({ channel: 'email', language: 'en' });

  // A visitor writes as one of them.
  const { id = '' } = open.find(({ party }) => party.externalId === waiting?.id) ?? {};
  const mail = { customer: waiting?.id, subject: 'Il router', text: 'Aspetto ancora il tecnico' };
  expect((await example.post('/mail', mail)).status).toBe(200);
  await example.until(async () => (await care.get<Case>(`/api/v1/cases/${id}`)).reminders === 1);
  expect(await example.end(), example.output()).toBe(0);
});
