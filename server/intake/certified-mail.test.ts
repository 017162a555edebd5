import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stage, setStage } from '../../tests/support/intake.ts';
import { count } from '../../tests/support/network.ts';
import { hasOpenssl, openPecProvider, type PecProvider } from '../../tests/support/pec.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';

describe.runIf(hasOpenssl()).each(ENGINES)('certified mail that comes in, on %s', (engine) => {
  let platform: TestPlatform;
  let stage: Stage;
  let provider: PecProvider;
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    stage = await setStage(platform);
    provider = openPecProvider();
    await sql`UPDATE mailboxes SET config = config || ${JSON.stringify({ trustedRoots: provider.rootPem })}::jsonb WHERE kind = 'pec'`.execute(
      platform.database.db,
    );
  });
  afterAll(async () => {
    provider?.close();
    await platform.close();
  });

  const letter = {
    from: 'anna.bianchi@pec.example',
    to: 'pec@lagonet.example',
    subject: 'Reclamo',
    text: 'Internet non funziona.',
  };
  const settled = async (raw: Buffer) => {
    const id = await stage.mail(raw, { kind: 'pec' });
    await stage.flow.round();
    return (await stage.inbound()).find((one) => one.id === id);
  };

  test('given an envelope, then its case is of the certified sender; given receipts about our answer, then they stand on the case, and altered ones change nothing', async () => {
    const opened = await settled(await provider.makeEnvelope(letter));
    expect(opened).toMatchObject({ decision: null, trouble: null, facts: { proof: 'proven' } });
    expect(await count(platform, 'contact_points', `channel = 'pec' AND address = 'anna.bianchi@pec.example'`)).toBe(1);
    const { rows } = await sql<{
      mail_id: string;
    }>`SELECT mail_id FROM messages WHERE direction = 'out' AND mail_id IS NOT NULL`.execute(platform.database.db);
    expect(rows).toHaveLength(1);
    const answer = {
      from: 'pec@lagonet.example',
      to: 'anna.bianchi@pec.example',
      subject: 'Risposta',
      text: 'Ricevuto.',
      messageId: rows[0]?.mail_id ?? '',
    };
    expect(await settled(await provider.makeReceipt('avvenuta-consegna', answer))).toMatchObject({
      decision: 'receipt',
      facts: { about: opened?.case_id },
    });
    expect(await count(platform, 'events', `kind = 'case.legal-receipt' AND subject_id = '${opened?.case_id}'`)).toBe(
      1,
    );
    const altered = await provider.makeReceipt('errore-consegna', answer, { form: 'none' });
    expect(await settled(altered)).toMatchObject({ decision: 'receipt', facts: { about: null } });
    expect(await count(platform, 'events', `kind = 'case.legal-delivery-failed'`)).toBe(0);
    expect(await count(platform, 'contact_points', 'unreachable_since IS NOT NULL')).toBe(0);
  });

  test('given an envelope whose signature is gone, then a person looks at it, and nothing is answered', async () => {
    const broken = await settled(await provider.makeEnvelope({ ...letter, from: 'eva@pec.example' }, { form: 'none' }));
    expect(broken?.trouble).not.toBeNull();
    expect(await count(platform, 'messages', `case_id = '${broken?.case_id}' AND direction = 'out'`)).toBe(0);
  });
});
