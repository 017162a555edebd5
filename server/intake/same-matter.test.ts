import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMINISTRATOR, rawMail, type Stage, setStage } from '../../tests/support/intake.ts';
import { count, makeNetwork } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { caseRoutes } from '../cases/index.ts';
import { createHttp, type Http } from '../platform/http.ts';

describe.each(ENGINES)('words about a matter that is open, which name no case, on %s', (engine) => {
  let platform: TestPlatform;
  let stage: Stage;
  let http: Http;
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    await makeNetwork(platform, { mast: [] }, { mast: 10 });
    stage = await setStage(platform);
    http = createHttp({ log: platform.log, guard: async () => ADMINISTRATOR, trustedProxies: [] });
    caseRoutes(http, stage.flow.intake.cases);
  });
  afterAll(async () => await platform.close());

  /** The case that the newest message came into. */
  const placed = async (): Promise<string> => {
    platform.clock.advance(60_000);
    await stage.flow.round();
    return (await stage.inbound()).at(-1)?.case_id ?? 'none';
  };
  /** Staff reports a fix: the customer is asked whether it works. */
  const asked = async (caseId: string): Promise<void> => {
    const { statusCode } = await http.inject({
      method: 'POST',
      url: `/api/v1/cases/${caseId}/fix`,
      payload: { words: 'Il cavo è cambiato.' },
    });
    expect(statusCode).toBe(200);
    await placed();
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

  test('given two things in one message, when they press about the second, then it is a reminder of that case; a whole new mail about it is asked about', async () => {
    await stage.sms(
      '+393990000003',
      'Da ieri internet non funziona. Inoltre la fattura di ottobre ha un addebito doppio',
    );
    const opened = await placed();
    await stage.sms('+393990000003', 'e la fattura??');
    expect(await placed()).toBe(opened);
    expect(await count(platform, 'cases', `id = '${opened}' AND reminders = 1`)).toBe(1);
    expect(
      await count(
        platform,
        'messages',
        `case_id = '${opened}' AND direction = 'out' AND body LIKE '%una persona la esamina.%'`,
      ),
    ).toBe(1);
    const topic =
      (await count(platform, 'cases', `id = '${opened}' AND topic = 'bill'`)) === 1
        ? 'la linea è lenta'
        : 'la bolletta di novembre è arrivata con un canone mai visto';
    await stage.sms('+393990000003', `Buongiorno, scrivo perché da qualche giorno ${topic} e vorrei capire`);
    const other = await placed();
    expect(other).not.toBe(opened);
    expect(await count(platform, 'join_proposals', `case_id = '${other}' AND into_case_id = '${opened}'`)).toBe(1);
  });

  test('given the same answer to a second question within minutes, then it is heard again, and not taken for a repeat of the network', async () => {
    await stage.sms('+393990000005', 'Internet non funziona');
    const opened = await placed();
    await asked(opened);
    await stage.sms('+393990000005', '0');
    expect(await placed()).toBe(opened);
    await stage.sms('+393990000005', '0');
    await placed();
    expect(await count(platform, 'messages', `case_id = '${opened}' AND kind = 'denial'`)).toBe(1);
    await asked(opened);
    await stage.sms('+393990000005', '0');
    expect(await placed()).toBe(opened);
    expect(await count(platform, 'messages', `case_id = '${opened}' AND kind = 'denial'`)).toBe(2);
    expect(await count(platform, 'inbound_messages', `decision = 'repeat' AND sender = '+393990000005'`)).toBe(1);
  });
});
