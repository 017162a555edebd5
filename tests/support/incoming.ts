import type { IncomingMessage } from '../../server/cases/index.ts';

/** Words of a customer in their case, by SMS unless `change` says otherwise. */
export const heardFrom = (
  partyId: string,
  contactPointId: string | null,
  body: string,
  change: Partial<IncomingMessage> = {},
): IncomingMessage => ({
  channel: 'sms',
  partyId,
  contactPointId,
  claim: false,
  language: 'it',
  subject: null,
  body,
  quoted: null,
  html: null,
  inboundId: null,
  mailId: null,
  attachments: [],
  ...change,
});
