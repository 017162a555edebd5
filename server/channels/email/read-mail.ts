import type { AddressObject, EmailAddress, HeaderValue } from 'mailparser';
import { simpleParser } from 'mailparser';
import { judgeContent, safeName } from './attachments.ts';
import { readAuthentication } from './authentication.ts';
import { automaticReason } from './automatic.ts';
import { readBounce } from './bounce.ts';
import { foldReply } from './fold-reply.ts';
import type { Mail, MailAddress, MailAttachment, MailHtml, MailProblem } from './mail.ts';
import { type MailLimits, type MimePart, type ParsedMime, parseMime } from './parse-mime.ts';
import { sanitise } from './sanitise.ts';
import { readTnef } from './tnef.ts';

export interface ReadMailOptions {
  /** The name under which the receiving server writes Authentication-Results; without it nothing is believed. */
  authservId?: string | null;
  /** Only the head was fetched, for the mail's size. */
  headersOnly?: boolean;
  limits?: Partial<MailLimits>;
}

export const MAIL_LIMITS: MailLimits = {
  bytes: 60_000_000,
  headerBytes: 262_144,
  parts: 1000,
  depth: 30,
  textBytes: 2_000_000,
  htmlCharacters: 250_000,
  attachments: 100,
  attachmentBytes: 50_000_000,
  milliseconds: 60_000,
};

const MOST_ADDRESSES = 200;
const MOST_REFERENCES = 100;
const LONGEST_SUBJECT = 2000;
const LONGEST_TEXT = 500_000;

/**
 * Reads a mail. Never rejects: what can't be read gives a mail with `problems` and whatever could be read, for a person to look
 * at beside the raw one. Pure, and bounded in time and memory by `limits`.
 */
export async function readMail(raw: Buffer, options: ReadMailOptions = {}): Promise<Mail> {
  const mail = emptyMail();
  try {
    const parsed = await parseMime(raw, { ...MAIL_LIMITS, ...options.limits });
    mail.problems.push(...parsed.problems);
    if (options.headersOnly)
      problem(mail, 'body not fetched', 'The mail is larger than is fetched; only its head was read.');
    readHead(mail, parsed, options);
    await readBody(mail, parsed, { ...MAIL_LIMITS, ...options.limits }, options.headersOnly ?? false);
  } catch {
    problem(mail, 'unreadable', 'The mail could not be read; what is shown of it may be incomplete.');
  }
  return mail;
}

const emptyMail = (): Mail => ({
  messageId: null,
  inReplyTo: null,
  references: [],
  from: null,
  replyTo: [],
  to: [],
  cc: [],
  deliveredTo: [],
  subject: '',
  date: null,
  languages: [],
  text: '',
  quoted: '',
  signature: '',
  html: null,
  attachments: [],
  automatic: null,
  bounce: null,
  authentication: { spf: null, dkim: null, dmarc: null },
  problems: [],
});

function problem(mail: Mail, code: MailProblem['code'], detail: string): void {
  if (!mail.problems.some((known) => known.code === code)) mail.problems.push({ code, detail });
}

function readHead(mail: Mail, { headers, decoded }: ParsedMime, options: ReadMailOptions): void {
  const all = (name: string): string[] => headers.get(name) ?? [];
  const ids = (name: string): string[] =>
    all(name).flatMap((value) => value.slice(-50_000).match(/<[^<>\s]{1,500}>/g) ?? []);
  mail.messageId = ids('message-id')[0] ?? bareId(all('message-id')[0]);
  mail.inReplyTo = ids('in-reply-to')[0] ?? bareId(all('in-reply-to')[0]);
  mail.references = [...new Set(ids('references'))].slice(-MOST_REFERENCES);
  mail.from = addresses(decoded.get('from'))[0] ?? addresses(decoded.get('sender'))[0] ?? null;
  mail.replyTo = addresses(decoded.get('reply-to'));
  mail.to = addresses(decoded.get('to'));
  mail.cc = addresses(decoded.get('cc'));
  mail.deliveredTo = [
    ...new Set(
      ['delivered-to', 'x-original-to', 'envelope-to', 'x-envelope-to'].flatMap((name) =>
        all(name).flatMap((value) => value.match(/[^\s@<>,;:"]{1,64}@[^\s@<>,;:"]{1,253}/g) ?? []),
      ),
    ),
  ].slice(0, 20);
  const subject = decoded.get('subject');
  mail.subject = clean(typeof subject === 'string' ? subject : '').slice(0, LONGEST_SUBJECT);
  mail.languages = [...all('content-language'), ...all('accept-language')]
    .flatMap((value) => value.slice(0, 200).split(','))
    .map((tag) => (tag.split(';')[0] ?? '').trim().toLowerCase())
    .filter((tag, index, tags) => /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/.test(tag) && tags.indexOf(tag) === index);
  mail.date = readDate(mail, all('date')[0]);
  mail.authentication = readAuthentication(all('authentication-results'), options.authservId ?? null);
  if (!mail.from) problem(mail, 'no sender', 'The mail names no sender that can be read.');
}

/** Of programs that forget the angle brackets. */
function bareId(value: string | undefined): string | null {
  const found = /^[^\s<>]{1,500}@[^\s<>]{1,253}$/.exec(value?.trim() ?? '');
  return found ? `<${found[0]}>` : null;
}

function readDate(mail: Mail, value: string | undefined): Date | null {
  if (!value) return null;
  const date = new Date(
    value
      .slice(0, 200)
      .replace(/\([^()]*\)/g, ' ')
      .trim(),
  );
  if (!Number.isNaN(date.getTime()) && date.getUTCFullYear() >= 1970 && date.getUTCFullYear() < 2200) return date;
  problem(mail, 'bad date', 'The date that the mail gives is none.');
  return null;
}

function addresses(value: HeaderValue | undefined): MailAddress[] {
  if (value === undefined || value === null || typeof value !== 'object') return [];
  const objects = (Array.isArray(value) ? value : [value]) as unknown[];
  return objects
    .flatMap((object) => ((object as Partial<AddressObject>).value ?? []) as EmailAddress[])
    .flatMap((entry) => (Array.isArray(entry?.group) ? entry.group : [entry]))
    .flatMap((entry) => {
      const address = clean(entry?.address ?? '').replace(/\s/g, '');
      const at = address.lastIndexOf('@');
      if (at < 1 || at === address.length - 1 || address.length > 320) return [];
      const name = clean(entry.name ?? '').slice(0, 200);
      return [{ address: address.slice(0, at + 1) + address.slice(at + 1).toLowerCase(), name }];
    })
    .slice(0, MOST_ADDRESSES);
}

/** On one line, without characters that control or turn the direction. */
const clean = (text: string): string =>
  text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();

/** Text for reading: lines stay, other control characters (which a database may refuse) go. */
const readable = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/\p{Cs}/gu, '\ufffd');

async function readBody(mail: Mail, parsed: ParsedMime, limits: MailLimits, headersOnly: boolean): Promise<void> {
  const parts = await unpackTnef(mail, parsed, limits);
  for (const part of parts.slice(0, limits.attachments))
    mail.attachments.push(await attachment(part, mail.attachments.length + 1));
  if (mail.attachments.some((one) => one.problem === 'too large'))
    problem(mail, 'attachment left out', 'An attachment is larger than is kept apart; it is only in the raw mail.');
  let text = parsed.text;
  if (!text.trim() && parsed.html) {
    text = await textOf(parsed.html);
    if (parsed.html.length > limits.htmlCharacters) cutText(mail);
  }
  if (text.length > LONGEST_TEXT) {
    cutText(mail);
    text = text.slice(0, LONGEST_TEXT);
  }
  Object.assign(mail, foldReply(readable(text)));
  mail.html = showHtml(mail, parsed.html);
  const decodedAs = (type: RegExp): string[] =>
    parts
      .filter((part) => type.test(part.declaredType))
      .map((part) => (part.content ?? Buffer.alloc(0)).toString('utf8'));
  const isReport = parsed.contentType === 'multipart/report';
  const sender = mail.from?.address ?? null;
  mail.bounce = readBounce({
    headers: parsed.headers,
    sender,
    subject: mail.subject,
    text: readable(text),
    statuses: decodedAs(/^message\/(global-)?delivery-status$/),
    originals: decodedAs(/^(message\/(rfc822|global|rfc822-headers)|text\/rfc822-headers)$/),
  });
  const receipt = isReport && parts.some((part) => /disposition-notification/.test(part.declaredType));
  const why = automaticReason(parsed.headers, sender, mail.subject, mail.bounce ? 'delivery' : receipt ? 'read' : null);
  mail.automatic = why ? { why } : null;
  if (parts.some((part) => /^application\/(x-)?pkcs7-mime$|^application\/pgp-encrypted$/.test(part.declaredType)))
    problem(mail, 'encrypted', 'The mail, or a part of it, is encrypted or sealed.');
  if (!headersOnly && !mail.text && !mail.quoted && !mail.html && mail.attachments.length === 0)
    problem(mail, 'no text', 'The mail has no text and no attachment that could be read.');
}

const cutText = (mail: Mail): void =>
  problem(mail, 'text cut', 'A text is longer than is read; the rest is only in the raw mail.');

/** A winmail.dat is replaced by what it holds; its text is used when the mail has none. */
async function unpackTnef(mail: Mail, parsed: ParsedMime, limits: MailLimits): Promise<MimePart[]> {
  return parsed.parts.flatMap((part): MimePart[] => {
    const isTnef = /ms-tnef/.test(part.declaredType) || /^(winmail|win)\.dat$/i.test(part.name ?? '');
    const content =
      isTnef && part.content
        ? readTnef(part.content, { attachments: limits.attachments, bytes: limits.attachmentBytes })
        : null;
    if (!content) {
      if (isTnef) problem(mail, 'winmail.dat', 'A winmail.dat could not be read.');
      return [part];
    }
    if (content.broken) problem(mail, 'winmail.dat', 'A winmail.dat could be read in part only.');
    if (!parsed.text.trim() && !parsed.html) parsed.text = content.text;
    if (content.attachments.length === 0) return content.text || parsed.text.trim() ? [] : [part];
    return content.attachments.map((one) => ({
      name: one.name || null,
      declaredType: one.type.toLowerCase(),
      disposition: 'attachment',
      contentId: one.contentId,
      related: false,
      size: one.content.length,
      content: one.content,
    }));
  });
}

async function attachment(part: MimePart, number: number): Promise<MailAttachment> {
  const declaredType = clean(part.declaredType).toLowerCase().slice(0, 127);
  const given = part.name ?? (declaredType === 'message/rfc822' ? `mail-${number}.eml` : '');
  const name = safeName(given, `attachment-${number}`);
  const contentId = part.contentId ? clean(part.contentId).slice(0, 250) || null : null;
  const base = {
    number,
    name,
    declaredType,
    contentId,
    size: part.size,
    inline: part.disposition === 'inline' || (part.related && contentId !== null && part.disposition !== 'attachment'),
  };
  if (!part.content)
    return { ...base, type: 'application/octet-stream', problem: 'too large', content: Buffer.alloc(0) };
  return { ...base, ...(await judgeContent(part.content, name, declaredType)), content: part.content };
}

/** By mailparser's own reading of HTML, through a mail that has nothing else; of what it refuses, the words between the tags. */
async function textOf(html: string): Promise<string> {
  const beginning = html.slice(0, MAIL_LIMITS.htmlCharacters);
  const head = 'Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n';
  const { text } = await simpleParser(Buffer.from(head + beginning), { skipTextToHtml: true, skipImageLinks: true });
  return text || beginning.replace(/<[^<>]*>/g, ' ').replace(/[^\S\n]+/g, ' ');
}

function showHtml(mail: Mail, given: string): MailHtml | null {
  if (!given) return null;
  const sane = sanitise(readable(given));
  if (!sane) {
    problem(mail, 'text cut', 'The page in the mail is too large or too deeply nested to be shown; its text is.');
    return null;
  }
  const inlineAttachments: number[] = [];
  const html = sane.html.replace(
    /<img\b[^>]{0,1000}?\sdata-content-id="([^"]{0,600})"[^>]{0,1000}>/g,
    (image, escaped: string) => {
      const contentId = escaped
        .replace(/&quot;/g, '"')
        .replace(/&lt;/g, '<')
        .replace(/&gt;/g, '>')
        .replace(/&amp;/g, '&');
      const shown = mail.attachments.find(
        (one) => one.contentId === contentId && /^image\/(png|jpeg|gif|webp|bmp|avif|heic)$/.test(one.type),
      );
      if (!shown) return '';
      shown.inline = true;
      if (!inlineAttachments.includes(shown.number)) inlineAttachments.push(shown.number);
      return image.replace(/data-content-id="[^"]*"/, `data-attachment="${shown.number}"`);
    },
  );
  return { html, remoteResources: sane.remoteResources, inlineAttachments };
}
