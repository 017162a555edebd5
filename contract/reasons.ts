import { catalogueOf } from './said.ts';

/**
 * Why a route or a mailbox is down, why a message failed, is in doubt or counts as sent. `why`: another reason of this catalogue, or the bare code of
 * somebody else. Other holes hold what a machine answered, as it came. Nothing here names a person.
 */
export const REASONS = catalogueOf({
  // Any connection: as Node names it.
  refused: 'ECONNREFUSED',
  'no-such-host': 'ENOTFOUND',
  'no-dns': 'EAI_AGAIN',
  'timed-out': 'ETIMEDOUT',
  reset: 'ECONNRESET',
  'host-unreachable': 'EHOSTUNREACH',
  'network-unreachable': 'ENETUNREACH',
  'socket-broke': 'ESOCKET',
  'connection-failed': 'ECONNECTION',
  'no-connect-in-time': 'connecting took too long',
  'closed-there': 'the connection was closed by the other end',
  'closed-here': 'closed',
  stopping: 'stopping',
  'unknown-error': 'an unknown error',
  'tls-authority': 'its certificate is from an authority that is not trusted here ({code})',
  'tls-name': 'its certificate is for another name ({code})',
  'tls-expired': 'its certificate has expired ({code})',
  'tls-early': 'its certificate is not valid yet ({code})',
  'tls-none': 'it does not speak TLS on this port ({code})',
  'no-starttls': 'it does not offer encryption (STARTTLS)',
  'login-refused': 'it refuses user or password',
  answer: 'answer {code}',

  // The outbox.
  'no-time-left': '{why}; no time was left to try again',
  'counted-as-sent': '{why}: counted as sent',
  'no-word': 'no word from the network for {hours} h',
  'no-answer': 'no answer',
  'text-gone': 'its text is gone',
  'attachments-unreadable': 'its attachments could not be read: {error}',
  'attachment-unreadable': 'an attachment could not be read',
  'channel-failed': 'the channel failed: {error}',
  'machine-lost': 'the machine that was sending it is lost',
  'machine-restarted': 'the machine was restarted while it was being sent',
  'process-ended': 'the process ended while it was being sent',
  'sent-again': 'sent again by a person',
  'person-arrived': 'settled by a person: arrived',
  'person-failed': 'settled by a person: failed',
  'taken-back': 'taken back',

  // SMS.
  'smsc-not-connected': 'the SMSC is not connected',
  'smsc-no-answer': 'no answer from the SMSC',
  'smsc-refuses': 'the SMSC refuses: {status}',
  'smsc-busy': 'the SMSC is busy: {status}',
  'smsc-bind-refused': 'the SMSC refuses the bind: {status}',
  'smsc-bind-silent': 'the SMSC does not answer the bind',
  'smsc-link-silent': 'the SMSC does not answer enquire_link',
  'smsc-huge': 'the other end sent a PDU of {bytes} bytes',
  'some-parts': 'only {taken} of {all} parts were taken by the SMSC',
  'too-many-parts': 'an SMS has at most {most} parts',
  'nothing-to-send': 'nothing to send',
  'no-phone-number': 'not a phone number',
  'network-says-error': 'the network says: {why} (error {error})',
  'network-says': 'the network says: {why}',
  undeliverable: 'undeliverable',
  expired: 'expired',
  deleted: 'deleted',
  rejected: 'rejected',

  // Mail that goes out.
  'mail-not-connected': 'the mail server is not connected',
  'mail-unusable': "the mail server can't be used: {why}",
  'mail-refuses': 'the mail server refuses: {why}',
  'mail-cut-off': 'the connection was lost while the mail was handed over',
  'no-mail-address': 'not a mail address',

  // Mailboxes.
  'mailbox-not-stored': 'a mail could not be stored; it will be read again',
  'mailbox-login': 'the mail server refuses user or password',
  'mailbox-folder': 'the mailbox has no such folder, or it may not be opened',
  'mailbox-untrusted': "the mail server can't be trusted: {why}",
  'mailbox-silent': 'the mail server does not answer',
  'mailbox-test-silent': 'the server does not answer',
  'mailbox-unreachable': "the mail server can't be reached: {why}",
  'mailbox-command': 'the mail server refuses a command: {status}',
  'mailbox-lost-why': 'the connection to the mail server was lost: {why}',
  'mailbox-lost': 'the connection to the mail server was lost',

  // Certified mail: what its provider says of it; `answer` in the provider's words.
  'pec-no-mailbox-answer': 'the mailbox does not exist: {answer}',
  'pec-no-mailbox': 'the mailbox does not exist',
  'pec-no-domain-answer': 'the domain does not exist: {answer}',
  'pec-no-domain': 'the domain does not exist',
  'pec-content-answer': 'it was stopped for its content: {answer}',
  'pec-content': 'it was stopped for its content',
  'pec-not-delivered': 'the provider of certified mail says that it was not delivered',
});
