import type { SmppConfig, SmtpConfig } from '../../contract/settings.ts';
import type { ChannelEvents, OutgoingChannel } from './channel.ts';
import { EmailChannel } from './email/email-channel.ts';
import { openPecChannel } from './pec/pec-channel.ts';
import { SmsChannel } from './sms/sms-channel.ts';

/** A route with its secret opened. */
export type RouteToOpen =
  | { kind: 'smpp'; config: SmppConfig; password: string }
  | { kind: 'smtp' | 'pec'; config: SmtpConfig; password: string };

/** The adapter for a route; not yet started. */
export function openChannel(route: RouteToOpen, events: ChannelEvents): OutgoingChannel {
  switch (route.kind) {
    case 'smpp':
      return new SmsChannel({ ...route.config, password: route.password }, events);
    case 'smtp':
      return new EmailChannel({ ...route.config, password: route.password }, events);
    case 'pec':
      return openPecChannel({ ...route.config, password: route.password }, events);
  }
}
