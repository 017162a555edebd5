import { parseConsentWord, startAddress, stopAddress } from '../customers/index.ts';
import type { Tx } from '../platform/database/database.ts';
import type { Reading } from './intake.ts';
import type { IntakePorts } from './ports.ts';

/** The word of consent that a whole message is, or a mail's subject where it has no words; null: it is none. */
export const consentWordOf = (reading: Pick<Reading, 'subject' | 'text'>): 'start' | 'stop' | null =>
  parseConsentWord(reading.text) ?? (reading.text.trim() === '' ? parseConsentWord(reading.subject ?? '') : null);

/** STOP and START are obeyed for exactly the address that they came from. Returns what became of it. */
export async function obeyConsent(
  tx: Tx,
  { platform, withdrawNotices }: IntakePorts,
  word: 'start' | 'stop',
  from: { channel: 'sms' | 'email'; address: string; inboundId: string; text: string },
): Promise<string> {
  const { channel, address } = from;
  const wish = { channel, address, source: `message ${from.inboundId}`, text: from.text.slice(0, 200) };
  if (word === 'start')
    return (await startAddress(platform, wish, tx)).contactPoints > 0 ? 'start' : 'start: nothing to restore';
  const stopped = await stopAddress(platform, wish, tx);
  await withdrawNotices(tx, channel, address, platform.clock.business());
  return stopped.contactPoints > 0 ? 'stop' : channel === 'sms' ? 'stop: unknown number' : 'stop: unknown address';
}
