/** A mail as it came, read: what the rest of the product knows of one. */
export interface Mail {
  /** With its angle brackets, as written; null when it has none. */
  messageId: string | null;
  inReplyTo: string | null;
  /** Oldest first, each with its angle brackets. */
  references: string[];
  /** Null when it names no sender that can be read. */
  from: MailAddress | null;
  replyTo: MailAddress[];
  to: MailAddress[];
  cc: MailAddress[];
  /** The addresses that the receiving servers say it was delivered to (Delivered-To, X-Original-To, Envelope-To). */
  deliveredTo: string[];
  subject: string;
  date: Date | null;
  /** Language tags that the mail declares (Content-Language, Accept-Language), best first, in lower case. */
  languages: string[];
  /** The new words of the writer. */
  text: string;
  /** Earlier text that the mail repeats, kept to be unfolded; empty: none. */
  quoted: string;
  /** Empty: none that could be told apart. */
  signature: string;
  /** Harmless HTML of the whole body, to be shown in a sandboxed frame without network; null: the mail has none. */
  html: MailHtml | null;
  attachments: MailAttachment[];
  /** Set when a machine wrote it (RFC 3834): never to be answered by a machine. */
  automatic: { why: AutomaticReason } | null;
  /** Set when it reports what became of another mail (RFC 3464, or the like). */
  bounce: MailBounce | null;
  authentication: MailAuthentication;
  /** What could not be read, or was left out; none of them empties the rest. */
  problems: MailProblem[];
}

export interface MailAddress {
  /** The local part as written, the domain in lower case. */
  address: string;
  name: string;
}

export interface MailHtml {
  /** A fragment without scripts, forms, frames, and anything that would be fetched. */
  html: string;
  /** Pictures, fonts and the like that would have been fetched from elsewhere; they are gone. */
  remoteResources: number;
  /** Numbers of the attachments that the fragment shows: in it they stand as `<img data-attachment="NUMBER">`. */
  inlineAttachments: number[];
}

export interface MailAttachment {
  /** From 1, in the order of the mail. */
  number: number;
  /** Safe as a file name on every system: no path, no control or direction characters, at most 120 characters. */
  name: string;
  /** As the mail says. */
  declaredType: string;
  /** By its content; `application/octet-stream` when nothing tells. */
  type: string;
  size: number;
  /** Without angle brackets. */
  contentId: string | null;
  /** Shown in the text rather than beside it. */
  inline: boolean;
  problem: AttachmentProblem | null;
  /** Empty when it was left out (see `problem`). */
  content: Buffer;
}

export type AttachmentProblem =
  /** Larger than the limit: its content is only in the raw mail. */
  | 'too large'
  /** The content is of another kind than name or declared type say. */
  | 'misleading type'
  /** A program or script. */
  | 'program'
  /** A document with macros or with active content. */
  | 'active content';

export type AutomaticReason =
  | 'auto-submitted'
  | 'precedence'
  | 'mailing list'
  | 'suppresses answers'
  | 'auto-reply header'
  | 'empty return path'
  | 'sender is a machine'
  | 'delivery report'
  | 'read receipt';

export interface MailBounce {
  recipients: BouncedRecipient[];
  /** Of the mail that is reported about, with angle brackets. */
  originalMessageId: string | null;
}

export interface BouncedRecipient {
  address: string;
  action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
  /** RFC 3463, as 5.1.1; null when the report has none. */
  status: string | null;
  diagnostic: string;
}

/** By the receiving server's own word (RFC 8601); null: it says nothing about that method. */
export interface MailAuthentication {
  spf: AuthenticationResult | null;
  dkim: AuthenticationResult | null;
  dmarc: AuthenticationResult | null;
}

export type AuthenticationResult =
  | 'none'
  | 'pass'
  | 'fail'
  | 'softfail'
  | 'policy'
  | 'neutral'
  | 'temperror'
  | 'permerror';

export interface MailProblem {
  code:
    | 'unreadable'
    | 'too large'
    | 'too many parts'
    | 'nested too deeply'
    | 'headers too large'
    | 'too many attachments'
    | 'attachment left out'
    | 'text cut'
    | 'unknown charset'
    | 'wrong charset'
    | 'no sender'
    | 'bad date'
    | 'no text'
    | 'winmail.dat'
    | 'encrypted'
    | 'body not fetched';
  /** A sentence for staff, without personal data. */
  detail: string;
}
