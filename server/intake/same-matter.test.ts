import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawMail, type Stage, setStage } from '../../tests/support/intake.ts';
import { count, makeNetwork } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';

describe.each(ENGINES)('words about a matter that is open, which name no case, on %s', (engine) => {
  let platform: TestPlatform;
  let stage: Stage;
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    await makeNetwork(platform, { mast: [] }, { mast: 10 });
    stage = await setStage(platform);
  });
  afterAll(async () => await platform.close());

  /** The case that the newest message came into. */
  const placed = async (): Promise<string> => {
    platform.clock.advance(60_000);
    await stage.flow.round();
    return (await stage.inbound()).at(-1)?.case_id ?? 'none';
  };
  const mail = async (subject: string, text: string): Promise<string> => {
    await stage.mail(rawMail({ from: 'c10@example.com', subject, text }));
    return await placed();
  };

  test('given they speak of it among other things, then they join; given they hardly do, then staff is asked', async () => {
    await stage.sms('+393990000010', 'Ieri doveva venire il tecnico per il router, ma non si è presentato nessuno');
    const opened = await placed();
    expect(await count(platform, 'cases', `id = '${opened}' AND topic = 'visit'`)).toBe(1);
    expect(await mail('Il router', 'Aspetto ancora il tecnico')).toBe(opened);
    expect(await mail('Il router', 'Serve il tecnico')).toBe(opened);
    expect(await mail('Il router', 'Ho comprato un altro router e un modem: ne parlo al tecnico?')).not.toBe(opened);
    expect(await count(platform, 'cases', `reminders = 2 AND id = '${opened}'`)).toBe(1);
    expect(await count(platform, 'join_proposals', `into_case_id = '${opened}'`)).toBe(1);
  });
});
