import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import type { ChannelReceipt } from '../channels/channel.ts';
import { newId } from '../platform/ids.ts';
import { changeSettings } from '../settings/index.ts';
import { endDoubtsByTime, listInDoubt, settleInDoubt } from './in-doubt.ts';
import { ADMINISTRATOR, queueNotices, readOutbox, remembering } from './outbox.fixture.ts';
import { forgetOldReceiptKeys, matchEarlyReceipts, storeReceipts } from './receipts.ts';
import { insertReceiptKeys, markClaimed, putInDoubt } from './store.ts';

describe.each(ENGINES)('doubts and receipts, on %s', (engine) => {
  let platform: TestPlatform;
  const routeId = newId();
  beforeEach(async () => {
    platform = await openTestPlatform(engine);
  });
  afterEach(async () => await platform.close());

  const doubt = async (count: number, from = 0): Promise<string[]> => {
    const ids = await queueNotices(platform, count, { from });
    await platform.database.transaction(async (tx) => {
      await markClaimed(tx, ids, { worker: newId(), routeId, leaseUntil: platform.clock.system() });
      await putInDoubt(
        tx,
        ids.map((id) => ({ id, reason: 'no answer from the SMSC' })),
        platform.clock.business(),
      );
    });
    return ids;
  };
  const keep = async (outboxId: string, ids: string[]): Promise<void> =>
    await platform.database.transaction(
      async (tx) =>
        await insertReceiptKeys(
          tx,
          routeId,
          ids.map((routeMessageId) => ({
            routeMessageId,
            outboxId,
            kind: 'notice' as const,
            noticeMadeAt: platform.clock.business(),
            parts: ids.length,
          })),
          platform.clock.business(),
        ),
    );
  const receive = async (hooks: ReturnType<typeof remembering>, ...receipts: ChannelReceipt[]): Promise<void> =>
    await platform.database.transaction(
      async (tx) => await storeReceipts(tx, platform, hooks.onOutcomes, routeId, receipts),
    );
  const delivered = (id: string, to: string | null = null): ChannelReceipt => ({
    routeMessageIds: [id],
    to,
    state: 'delivered',
    reason: null,
  });

  test('given messages in doubt, then staff sees them without their addresses', async () => {
    const [id = ''] = await doubt(1);
    const list = await listInDoubt(
      platform,
      async () => new Map([[id, { kind: 'incident', id, reference: '2600018' }]]),
    );
    expect(list).toEqual([
      {
        id,
        channel: 'sms',
        to: '+39 … 001',
        subject: { kind: 'incident', id, reference: '2600018' },
        kind: 'notice',
        since: '2026-03-10T13:05:00.000Z',
        endsAt: '2026-03-10T17:05:00.000Z',
        why: 'no answer from the SMSC',
      },
    ]);
  });

  test('given a person decides, then it arrived, or failed, or goes out again; and only once', async () => {
    const [a = '', b = '', c = ''] = await doubt(3);
    const hooks = remembering();
    await settleInDoubt(platform, hooks.onOutcomes, ADMINISTRATOR, a, { settle: 'arrived' });
    await settleInDoubt(platform, hooks.onOutcomes, ADMINISTRATOR, b, { settle: 'failed' });
    await settleInDoubt(platform, hooks.onOutcomes, ADMINISTRATOR, c, { settle: 'send-again' });
    expect(hooks.outcomes.map(({ id, outcome }) => [id, outcome])).toEqual([
      [a, 'delivered'],
      [b, 'failed'],
    ]);
    expect(await readOutbox(platform)).toMatchObject([{ id: c, state: 'queued', worker: null }]);
    for (const id of [a, b, c])
      await expect(
        settleInDoubt(platform, hooks.onOutcomes, ADMINISTRATOR, id, { settle: 'arrived' }),
      ).rejects.toMatchObject({ code: 'not-found' });
  });

  test.each(['sent', 'again'] as const)(
    'given no word for the time of the settings, then it ends as they say: %s',
    async (afterwards) => {
      await changeSettings(platform, ADMINISTRATOR, { inDoubt: { hours: 4, afterwards } });
      const [id] = await doubt(1);
      const hooks = remembering();
      platform.clock.advance(4 * 3_600_000 - 1);
      expect(await endDoubtsByTime(platform, hooks.onOutcomes)).toBe(0);
      platform.clock.advance(1);
      expect(await endDoubtsByTime(platform, hooks.onOutcomes)).toBe(1);
      if (afterwards === 'sent') expect(hooks.outcomes).toMatchObject([{ id, outcome: 'sent' }]);
      else expect(await readOutbox(platform)).toMatchObject([{ id, state: 'queued' }]);
    },
  );

  test('given a receipt, then it becomes an outcome once, however often it comes, and a later failure changes nothing', async () => {
    const hooks = remembering();
    const id = newId();
    await keep(id, ['m1']);
    await receive(hooks, delivered('m1'), delivered('m1'));
    await receive(hooks, delivered('m1'));
    await receive(hooks, { ...delivered('m1'), state: 'failed', reason: 'expired' });
    expect(hooks.outcomes).toEqual([
      {
        id,
        kind: 'notice',
        noticeMadeAt: platform.clock.business(),
        outcome: 'delivered',
        reason: null,
        at: platform.clock.business(),
      },
    ]);
  });

  test('given the receipt comes before its key, then it waits for it', async () => {
    const hooks = remembering();
    await receive(hooks, delivered('m2'));
    expect(await matchEarlyReceipts(platform, hooks.onOutcomes)).toBe(1);
    const id = newId();
    await keep(id, ['m2']);
    expect(await matchEarlyReceipts(platform, hooks.onOutcomes)).toBe(0);
    expect(hooks.outcomes).toMatchObject([{ id, outcome: 'delivered' }]);
  });

  test('given an SMSC that writes its ids in two ways, then either finds the message', async () => {
    const hooks = remembering();
    const id = newId();
    await keep(id, ['0059113978']);
    await receive(hooks, { ...delivered('38601fa'), routeMessageIds: ['38601fa', '0059113978'] });
    expect(hooks.outcomes).toMatchObject([{ id, outcome: 'delivered' }]);
  });

  test('given a message of three parts, then it is delivered with the last, and failed with the first that failed', async () => {
    const hooks = remembering();
    const [whole, broken] = [newId(), newId()];
    await keep(whole, ['a1', 'a2', 'a3']);
    await keep(broken, ['b1', 'b2']);
    await receive(hooks, delivered('a1'), delivered('a2'));
    expect(hooks.outcomes).toEqual([]);
    await receive(hooks, delivered('a3'), delivered('b1'));
    await receive(hooks, { ...delivered('b2'), state: 'failed', reason: 'the network says: expired' });
    expect(hooks.outcomes.map(({ id, outcome }) => [id, outcome])).toEqual([
      [whole, 'delivered'],
      [broken, 'failed'],
    ]);
  });

  test('given a receipt without a key, when exactly one message to that number is in doubt, then that doubt ends; not before a while, and not when two are', async () => {
    const hooks = remembering();
    const [id] = await doubt(1);
    await doubt(1, 5);
    await doubt(1, 5);
    await receive(hooks, delivered('lost-1', '+39000000001'), delivered('lost-2', '+39000000006'));
    await matchEarlyReceipts(platform, hooks.onOutcomes);
    expect(hooks.outcomes).toEqual([]);
    platform.clock.advance(10_000);
    expect(await matchEarlyReceipts(platform, hooks.onOutcomes)).toBe(1);
    expect(hooks.outcomes).toMatchObject([{ id, outcome: 'delivered' }]);
    platform.clock.advance(25 * 3_600_000);
    expect(await matchEarlyReceipts(platform, hooks.onOutcomes)).toBe(0);
  });

  test('given keys older than any receipt, then they are forgotten', async () => {
    await keep(newId(), ['old']);
    expect(await forgetOldReceiptKeys(platform)).toBe(0);
    platform.clock.advance(7 * 24 * 3_600_000 + 1);
    expect(await forgetOldReceiptKeys(platform)).toBe(1);
  });
});
