import { XMLParser } from 'fast-xml-parser';
import { NOTICE_TYPES, PEC_ERRORS, type PecCertification, type PecRecipient, RECEIPT_FORMS } from './pec.ts';

/** A mail has at most some hundred recipients: real files have a few KiB. */
const LARGEST = 256 * 1024;
const MOST_RECIPIENTS = 2000;
const LONGEST_TEXT = 4000;

export type ReadCertification = { certification: PecCertification } | { why: string };

/**
 * Reads daticert.xml (RFC 6109). Document types, and with them entities of one's own, are refused; `why` is a sentence for staff
 * without personal data. Never throws.
 */
export function readCertification(bytes: Buffer): ReadCertification {
  if (bytes.length > LARGEST) return { why: `daticert.xml is larger than ${LARGEST / 1024} KiB.` };
  const text = decode(bytes);
  if (/<!(DOCTYPE|ENTITY|ELEMENT|ATTLIST)/i.test(text)) return { why: 'daticert.xml declares a document type.' };
  let root: Node | null;
  try {
    root = node(parser.parse(withEscapedMessageId(text)) as unknown);
  } catch {
    return { why: 'daticert.xml is not well-formed.' };
  }
  const postacert = child(root, 'postacert');
  const heading = child(postacert, 'intestazione');
  const data = child(postacert, 'dati');
  if (!postacert || !heading || !data) return { why: 'daticert.xml has no postacert with intestazione and dati.' };

  const type = oneOf([...NOTICE_TYPES, 'posta-certificata'] as const, attribute(postacert, 'tipo'));
  if (!type) return { why: 'daticert.xml is of a type that the standard does not name.' };
  const at = instant(child(data, 'data'));
  if (!at) return { why: 'daticert.xml has no date, or one that is none.' };
  const sender = address(content(heading, 'mittente'));
  if (!sender) return { why: 'daticert.xml names no sender.' };
  const listed = children(heading, 'destinatari');
  if (listed.length > MOST_RECIPIENTS) return { why: `daticert.xml has more than ${MOST_RECIPIENTS} recipients.` };
  const identifier = content(data, 'identificativo');
  const delivered = content(data, 'consegna');
  return {
    certification: {
      type,
      error: oneOf(PEC_ERRORS, attribute(postacert, 'errore') || 'nessuno') ?? 'altro',
      errorDetail: content(data, 'errore-esteso'),
      sender,
      recipients: listed.map(recipient).filter(({ address: to }) => to !== ''),
      replyTo: address(content(heading, 'risposte')),
      subject: content(heading, 'oggetto'),
      provider: content(data, 'gestore-emittente'),
      at,
      identifier,
      messageId: bracketed(content(data, 'msgid')),
      receiptForm: oneOf(RECEIPT_FORMS, attribute(child(data, 'ricevuta'), 'tipo')),
      deliveredTo: address(delivered) || null,
      takenOverFor: children(data, 'ricezione')
        .slice(0, MOST_RECIPIENTS)
        .map((each) => address(textOf(each)))
        .filter((each) => each !== ''),
    },
  };
}

/** In angle brackets, as headers write it; null when there is nothing in it. */
export function bracketed(text: string | null): string | null {
  const bare = (text ?? '').trim().replace(/^<|>$/g, '').trim();
  return bare === '' || /[\s<>]/.test(bare) ? null : `<${bare}>`;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false, // the five that need no declaration are read in `plain`
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: 20,
});

type Node = Record<string, unknown>;

const node = (value: unknown): Node | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : null;

/** An element that appears again stands as a list; one with nothing but text as that text. */
function children(parent: Node | null, name: string): unknown[] {
  const value = parent && Object.hasOwn(parent, name) ? parent[name] : undefined;
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** The only element of that name: two of them say nothing. */
function child(parent: Node | null, name: string): Node | null {
  const found = children(parent, name);
  if (found.length !== 1) return null;
  return typeof found[0] === 'string' ? { '#text': found[0] } : node(found[0]);
}

const textOf = (value: unknown): string => {
  const text = typeof value === 'string' ? value : node(value)?.['#text'];
  return typeof text === 'string' ? plain(text).trim().slice(0, LONGEST_TEXT) : '';
};

const content = (parent: Node | null, name: string): string => textOf(child(parent, name));

const attribute = (parent: Node | null, name: string): string => {
  const value = parent?.[`@${name}`];
  return typeof value === 'string' ? plain(value).trim().toLowerCase() : '';
};

const recipient = (value: unknown): PecRecipient => ({
  address: address(textOf(value)),
  type: attribute(node(value), 'tipo') === 'esterno' ? 'esterno' : 'certificato', // the default of the standard's DTD
});

/** In lower case, without what surrounds it; empty when it is none. */
function address(text: string): string {
  const bare = (/<([^<>]*)>\s*$/.exec(text)?.[1] ?? text).trim().toLowerCase();
  return bare.length <= 320 && /^[^\s@<>]+@[^\s@<>]+$/.test(bare) ? bare : '';
}

const oneOf = <Word extends string>(words: readonly Word[], text: string): Word | null =>
  words.find((word) => word === text) ?? null;

/** dd/mm/yyyy, hh:mm:ss and an offset such as +0200. */
function instant(data: Node | null): Date | null {
  const day = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(content(data, 'giorno'));
  const time = /^(\d{1,2}):(\d{2}):(\d{2})$/.exec(content(data, 'ora'));
  const zone = /^([+-])(\d{2}):?(\d{2})$/.exec(attribute(data, 'zona'));
  if (!day || !time || !zone) return null;
  const [date, month, year] = day.slice(1).map(Number);
  const [hour, minute, second] = time.slice(1).map(Number);
  const offset = (Number(zone[2]) * 60 + Number(zone[3])) * (zone[1] === '-' ? -1 : 1);
  if (date === undefined || month === undefined || year === undefined) return null;
  if (hour === undefined || minute === undefined || second === undefined) return null;
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60 || Math.abs(offset) > 14 * 60) return null;
  const local = new Date(Date.UTC(year, month - 1, date, hour, minute, second));
  if (local.getUTCDate() !== date && hour < 23) return null; // 31/02
  return new Date(local.getTime() - offset * 60_000);
}

/** Some providers write the brackets of a Message-ID as they are. */
const withEscapedMessageId = (text: string): string =>
  text.replace(/<msgid>\s*<([^<>\s]{1,990})>\s*<\/msgid>/g, '<msgid>&lt;$1&gt;</msgid>');

const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function plain(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot|apos));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number.parseInt(decimal, 10);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
  });
}

/** UTF-8 unless the declaration names another; what is not UTF-8 after all is read as windows-1252. */
function decode(bytes: Buffer): string {
  const declared = /^[^>]{0,200}encoding\s*=\s*["']([\w-]{1,40})["']/.exec(
    bytes.subarray(0, 300).toString('latin1'),
  )?.[1];
  for (const label of [declared ?? 'utf-8', 'utf-8']) {
    try {
      return new TextDecoder(label, { fatal: true }).decode(bytes);
    } catch {
      // the next one
    }
  }
  return new TextDecoder('windows-1252').decode(bytes);
}
