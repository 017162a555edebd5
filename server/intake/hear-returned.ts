import { caseOfMailIds, noteCertifiedFate } from '../cases/index.ts';
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

/**
 * A receipt of certified mail: what it certifies stands on the case and the message that it is about; of other mail of ours only whether it arrived. One without a
 * proven signature is a claim, which anybody could send who knows the mail: it is shown, and neither settles a mail nor silences an address. Returns that case.
 */
export async function hearReceipt(
  tx: Tx,
  ports: IntakePorts,
  inbound: Inbound,
  { receipt }: Reading,
): Promise<string | null> {
  if (!receipt?.reference || !receipt.type || !receipt.says) return null;
  const { reference: mailId, recipient, says } = receipt;
  const { fate, at: certifiedAt, identifier, proven, legalDelivery, reason } = says;
  const about = await noteCertifiedFate(tx, ports, {
    mailId,
    type: receipt.type,
    fate,
    identifier,
    recipient,
    certifiedAt,
    proven,
    legalDelivery,
    reason,
    inboundId: inbound.id,
  });
  if (!proven) return about?.caseId ?? null;
  if (!about && (fate === 'delivered' || fate === 'failed'))
    await ports.settleCertified(tx, { mailId, recipient, state: fate, reason });
  const address = receipt.type === 'errore-consegna' && recipient ? normaliseMail(recipient) : null;
  if (address && (about ? about.isNews : await ports.wentTo(tx, mailId, address)))
    await markUnreachable(tx, ports.platform.clock, { channel: 'pec', address, reason: reason ?? receipt.type });
  return about?.caseId ?? null;
}
