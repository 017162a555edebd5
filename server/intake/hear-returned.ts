import { caseOfMailIds } from '../cases/index.ts';
import { markUnreachable, normaliseMail, noteSoftBounces, softBouncesAt } from '../customers/index.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import type { Inbound, Reading } from './intake.ts';
import type { IntakePorts } from './ports.ts';
import { afterSoftBounce, type ReturnedMail } from './rules.ts';

/**
 * Mail that came back marks the address: at once when it is for good, after three in two days when it is for now. Only a report that names a mail of ours to
 * this very address counts: else anybody could silence a customer by a forged one.
 */
export async function hearReturned(
  tx: Tx,
  { platform, wentTo }: IntakePorts,
  reading: Reading,
  returned: readonly ReturnedMail[],
): Promise<{ unreachable: number }> {
  const mailId = reading.returnedMailId;
  let unreachable = 0;
  for (const { address: given, weight, reason } of returned.slice(0, 100)) {
    const address = normaliseMail(given);
    if (address === null || weight === 'none' || mailId === null || !(await wentTo(tx, mailId, address))) continue;
    for (const channel of ['email', 'pec'] as const) {
      if (weight === 'soft') {
        const after = afterSoftBounce(await softBouncesAt(tx, channel, address), platform.clock.business());
        await noteSoftBounces(tx, channel, address, after);
        if (!after.unreachable) continue;
      }
      unreachable += await markUnreachable(tx, platform.clock, { channel, address, reason });
    }
  }
  const about = mailId ? await caseOfMailIds(tx, [mailId]) : null;
  if (about)
    await recordEvents(tx, platform.clock, { kind: 'channel', name: 'email' }, [
      { kind: 'case.mail-returned', subjectKind: 'case', subjectId: about.id, data: { unreachable: unreachable > 0 } },
    ]);
  return { unreachable };
}

/** A receipt of certified mail: what it certifies stands on the timeline of the case whose mail it is about. Returns that case. */
export async function hearReceipt(
  tx: Tx,
  { platform }: IntakePorts,
  inbound: Inbound,
  reading: Reading,
): Promise<string | null> {
  const { receipt } = reading;
  if (!receipt?.reference || !receipt.counts) return null;
  const about = await caseOfMailIds(tx, [receipt.reference]);
  if (!about) return null;
  const failed =
    receipt.type === 'errore-consegna' || receipt.type === 'non-accettazione' || receipt.type === 'rilevazione-virus';
  await recordEvents(tx, platform.clock, { kind: 'channel', name: 'pec' }, [
    {
      kind: failed ? 'case.legal-delivery-failed' : 'case.legal-receipt',
      subjectKind: 'case',
      subjectId: about.id,
      data: {
        type: receipt.type,
        certifiedAt: receipt.at?.toISOString() ?? null,
        signature: receipt.signature,
        inbound: inbound.id,
      },
    },
  ]);
  const address = receipt.type === 'errore-consegna' && receipt.recipient ? normaliseMail(receipt.recipient) : null;
  if (address)
    await markUnreachable(tx, platform.clock, { channel: 'pec', address, reason: receipt.detail || 'errore-consegna' });
  return about.id;
}
