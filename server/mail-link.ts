import type { MailLink } from './access/index.ts';
import { enqueueSingle, routeCost } from './outbox/index.ts';
import type { Platform } from './platform/platform.ts';
import { readSettings } from './settings/index.ts';

/** Mails an invitation or a reset link; false when there is no mail route, so that the desk says to hand the link over. */
export async function mailLink(
  platform: Platform,
  { email, link, purpose, expiresAt }: Parameters<MailLink>[0],
): Promise<boolean> {
  return await platform.database.transaction(async (tx) => {
    if ((await routeCost(tx, 'email')) === null) return false;
    const { operator } = await readSettings(tx);
    const subject =
      purpose === 'invite'
        ? `${operator.name}: il tuo accesso / your access`
        : `${operator.name}: nuova password / new password`;
    const body = `Apri questo collegamento entro 24 ore, vale una volta sola:\nOpen this link within 24 hours, it works once:\n\n${link}\n`;
    await enqueueSingle(tx, platform.clock, {
      kind: 'staff',
      channel: 'email',
      to: email,
      subject,
      text: body,
      language: operator.defaultLanguage,
      validMinutes: Math.max(1, Math.ceil((expiresAt.getTime() - platform.clock.system().getTime()) / 60_000)),
    });
    return true;
  });
}
