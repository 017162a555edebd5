import type { SmtpConfig } from '../../../contract/settings.ts';
import type { ChannelEvents, OutgoingChannel } from '../channel.ts';
import { EmailChannel, type EmailChannelOptions, type MailToSend } from '../email/email-channel.ts';

/**
 * Certified mail out: SMTP submission to the operator's PEC provider. `from` must be the address of the mailbox that signs in: the
 * provider refuses another, whoever the message would come from. What became of a mail comes back into that mailbox (`pecReceipt`), by the Message-ID that `send` gives.
 */
export function openPecChannel(
  config: SmtpConfig & { password: string },
  events: ChannelEvents,
  options: Partial<Omit<EmailChannelOptions, 'finish'>> = {},
): OutgoingChannel {
  return new EmailChannel(config, events, {
    ...options,
    finish: (mail) => ({ ...certified(mail), from: config.from }),
  });
}

/** Headers of mass mail, which a certified mail is not. */
const OF_MASS_MAIL = ['list-unsubscribe', 'list-unsubscribe-post'];

/**
 * Plain text and attachments: what is signed and kept for years should need no browser. The receipt of delivery is asked for with the
 * whole mail in it (RFC 6109: completa), which proves what was delivered.
 */
function certified({ html: _, headers, ...mail }: MailToSend): MailToSend {
  const given = Object.entries(headers).filter(([name]) => !OF_MASS_MAIL.includes(name.toLowerCase()));
  return { ...mail, headers: { ...Object.fromEntries(given), 'X-TipoRicevuta': 'completa' } };
}
