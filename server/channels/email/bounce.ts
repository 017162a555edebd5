import type { HeaderValues } from './automatic.ts';
import type { BouncedRecipient, MailBounce } from './mail.ts';

const MOST_RECIPIENTS = 200;
const MOST_CHARACTERS = 200_000;
const ACTIONS: readonly string[] = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'];

/** What a mail carries in which a report may stand. */
export interface ReportSource {
  headers: HeaderValues;
  sender: string | null;
  subject: string;
  text: string;
  /** The parts of type message/delivery-status, decoded. */
  statuses: readonly string[];
  /** The parts that repeat the mail reported about (message/rfc822, text/rfc822-headers), decoded, at least their beginning. */
  originals: readonly string[];
}

/** Reads a delivery report: RFC 3464, and those of Exim, qmail and others that write to people only. Null: it is none. */
export function readBounce(source: ReportSource): MailBounce | null {
  const recipients = source.statuses.flatMap(readStatus).slice(0, MOST_RECIPIENTS);
  if (recipients.length === 0) recipients.push(...inWords(source));
  if (recipients.length === 0 && source.statuses.length === 0) return null;
  return { recipients, originalMessageId: originalMessageId(source) };
}

/** RFC 3464: groups of fields, the first about the mail, each other about one recipient. */
function readStatus(status: string): BouncedRecipient[] {
  const groups = status
    .slice(0, MOST_CHARACTERS)
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n\s*\n/);
  return groups.flatMap((group) => {
    const fields = new Map<string, string>();
    for (const line of group.split('\n')) {
      const [, name, value] = /^([\w-]{1,60})\s*:\s*(.*)$/.exec(line) ?? [];
      if (name && value !== undefined && !fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value.trim());
    }
    const address = addressIn(fields.get('original-recipient')) ?? addressIn(fields.get('final-recipient'));
    const action = (fields.get('action') ?? '').toLowerCase().match(/[a-z]+/)?.[0] ?? '';
    const status = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(fields.get('status') ?? '')?.[1] ?? null;
    if (!address || (!isAction(action) && !status)) return [];
    const diagnostic = (fields.get('diagnostic-code') ?? '').replace(/^[\w-]+\s*;\s*/, '').slice(0, 1000);
    return [{ address, action: isAction(action) ? action : actionOf(status), status, diagnostic }];
  });
}

const isAction = (text: string): text is BouncedRecipient['action'] => ACTIONS.includes(text);
const actionOf = (status: string | null): BouncedRecipient['action'] =>
  status?.startsWith('4') ? 'delayed' : status?.startsWith('2') ? 'delivered' : 'failed';

const ADDRESS = /[^\s@<>,;:"()[\]\\]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?/i;

function addressIn(field: string | undefined): string | null {
  if (!field) return null;
  const found = ADDRESS.exec(field.replace(/^\s*[\w-]+\s*;/, ''))?.[0];
  return found
    ? found.slice(0, found.lastIndexOf('@') + 1) + found.slice(found.lastIndexOf('@') + 1).toLowerCase()
    : null;
}

const REPORTERS = /^(mailer-?daemon|postmaster|mailerdaemon|mdaemon)@/i;
const REPORT_WORDS =
  /undeliver|delivery (status|fail|problem|notif)|returned (mail|to sender)|failure notice|mail delivery|could not be delivered|non recapitat|mancat[ao] (consegna|recapito)|impossibile (recapitare|consegnare)|messaggio non (consegnato|recapitato)|unzustellbar|delayed/i;

/** Reports for people: who sent them and their words tell, and the first addresses with an answer of a server beside them. */
function inWords({ headers, sender, subject, text }: ReportSource): BouncedRecipient[] {
  const failed = (headers.get('x-failed-recipients') ?? []).flatMap((value) => value.split(','));
  const reporter = REPORTERS.test(sender ?? '') || /^(<\s*>)$/.test(headers.get('return-path')?.[0]?.trim() ?? '');
  const words = text.slice(0, 20_000);
  if (failed.length === 0 && !(reporter && (REPORT_WORDS.test(subject) || REPORT_WORDS.test(words)))) return [];
  const delayed = /delayed|warning|ritard|not yet been delivered/i.test(subject);
  const found = new Map<string, BouncedRecipient>();
  const add = (address: string, near: string): void => {
    const status = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(near)?.[1] ?? null;
    const code = /\b([45])\d\d\b/.exec(near)?.[1];
    const action = status ? actionOf(status) : code === '4' || delayed ? 'delayed' : 'failed';
    if (!found.has(address))
      found.set(address, { address, action, status, diagnostic: near.replace(/\s+/g, ' ').trim().slice(0, 1000) });
  };
  for (const value of failed.slice(0, MOST_RECIPIENTS)) {
    const address = addressIn(value);
    if (address) add(address, nearby(words, address));
  }
  if (found.size > 0) return [...found.values()];
  // Only what stands before the copy of the mail: the addresses in that are of others.
  const [report = ''] = words.split(/\n-{2,}[^\n]{0,60}\n|\n\s*(?:Return-Path|Received):/i);
  for (const [address] of report.matchAll(new RegExp(ADDRESS, 'gi'))) {
    const near = nearby(report, address);
    if (
      REPORTERS.test(address) ||
      !/\b[45]\d\d\b|\b[45]\.\d{1,3}\.\d{1,3}\b|unknown|no such|does not exist|full|piena|inesistente|not found|rejected/i.test(
        near,
      )
    )
      continue;
    const normal = addressIn(address);
    if (normal) add(normal, near);
    if (found.size >= 20) break;
  }
  return [...found.values()];
}

function nearby(text: string, address: string): string {
  const at = text.toLowerCase().indexOf(address.toLowerCase());
  return at < 0 ? '' : text.slice(at + address.length, at + address.length + 400).replace(/^[>:\s]+/, '');
}

function originalMessageId({ originals, text, headers }: ReportSource): string | null {
  for (const original of [...originals, afterReport(text)]) {
    const head = original
      .slice(0, 64_000)
      .replace(/\r\n?/g, '\n')
      .replace(/\n[ \t]+/g, ' ');
    const found = /^Message-ID:\s*(<[^<>\s]{1,500}>)/im.exec(head)?.[1];
    if (found) return found;
  }
  return /<[^<>\s]{1,500}>/.exec(headers.get('in-reply-to')?.[0] ?? '')?.[0] ?? null;
}

/** Exim and qmail append the mail, or its head, to their words. */
const afterReport = (text: string): string => text.slice(0, 64_000);
