import type { Mail } from './channels/email/mail.ts';
import { readMail } from './channels/email/read-mail.ts';
import { readTrustedRoots } from './channels/pec/certificate-chain.ts';
import type { PecItem, PecNotice } from './channels/pec/pec.ts';
import { readPec } from './channels/pec/read-pec.ts';
import { channelReceipt, pecReceipt } from './channels/pec/receipt.ts';
import { type IntakePorts, plainReading, type Reading } from './intake/index.ts';

/** Joins the readers of mail and of certified mail to intake: what they made of the raw bytes, as plain words. */
export const readInboundMail: IntakePorts['read'] = async (inbound, raw, trust) => {
  if (inbound.channel === 'pec')
    return ofPec(await readPec(raw, { roots: trust.trustedRoots ? readTrustedRoots(trust.trustedRoots) : [] }));
  const mail = await readMail(raw, { authservId: trust.authservId, headersOnly: inbound.facts.content === 'head' });
  return { ...ofMail(mail), spamFlag: trust.authservId !== null && hasSpamFlag(raw, trust.authservId) };
};

const UNREADABLE = new Set<string>([
  'unreadable',
  'body not fetched',
  'too many parts',
  'nested too deeply',
  'too large',
  'headers too large',
]);

function ofMail(mail: Mail): Reading {
  const inline = new Set(mail.html?.inlineAttachments ?? []);
  const trouble =
    mail.problems.find(({ code }) => UNREADABLE.has(code)) ??
    (mail.from ? null : mail.problems.find(({ code }) => code === 'no sender'));
  return plainReading({
    sender: mail.from?.address ?? null,
    senderName: mail.from?.name || null,
    subject: mail.subject || null,
    text: [mail.text, mail.signature].filter(Boolean).join('\n-- \n'),
    quoted: mail.quoted || null,
    html: mail.html?.html ?? null,
    languages: mail.languages,
    attachments: mail.attachments.map((attachment) => ({
      name: attachment.name,
      declaredType: attachment.declaredType,
      type: attachment.type,
      size: attachment.size,
      contentId: attachment.contentId,
      inline: attachment.inline || inline.has(attachment.number),
      problem: attachment.problem,
      content: attachment.content.length > 0 ? attachment.content : null,
    })),
    mailId: mail.messageId,
    answersTo: [...new Set([...(mail.inReplyTo ? [mail.inReplyTo] : []), ...mail.references.toReversed()])],
    saidAt: mail.date,
    automatic: mail.automatic?.why ?? null,
    returned: mail.bounce?.recipients ?? [],
    returnedMailId: mail.bounce?.originalMessageId ?? null,
    authentication: mail.authentication,
    unreadable: trouble?.detail ?? null,
    problems: mail.problems.map(({ detail }) => detail),
  });
}

/** Certified mail: the sender is whom the provider certifies, as far as its signature is proven. With contradictions a person decides. */
function ofPec(item: PecItem): Reading {
  const problems = item.problems.map(({ detail }) => detail);
  const look = problems[0] ?? null;
  switch (item.kind) {
    case 'envelope': {
      const words = item.mail ? ofMail(item.mail) : plainReading({ sender: item.sender, text: '' });
      return {
        ...words,
        sender: item.sender ?? words.sender,
        subject: words.subject ?? item.subject,
        certified: item.signature.state === 'valid' && item.sender !== null,
        // What answers refer to is the outer mail's.
        mailId: item.messageId ?? words.mailId,
        automatic: null,
        unreadable: look ?? words.unreadable,
        problems: [...problems, ...words.problems, ...(item.signature.why ? [item.signature.why] : [])],
      };
    }
    case 'anomaly':
      return { ...(item.mail ? ofMail(item.mail) : plainReading({ sender: null, text: '' })), unreadable: look };
    case 'notice':
      return plainReading({
        sender: item.from?.address ?? null,
        text: '',
        subject: item.subject,
        mailId: item.messageId,
        receipt: receiptOf(item),
        problems,
      });
    case 'ordinary':
      return ofMail(item.mail);
    case 'unreadable':
      return plainReading({
        sender: item.from?.address ?? null,
        text: '',
        subject: item.subject || null,
        unreadable: look ?? 'The certified mail could not be read.',
        problems,
      });
  }
}

function receiptOf(item: PecNotice): Reading['receipt'] {
  const receipt = pecReceipt(item);
  const settled = receipt && channelReceipt(receipt);
  return {
    type: item.type,
    reference: receipt?.messageId ?? item.reference,
    recipient: receipt?.recipient ?? null,
    signature: item.signature.state,
    says: receipt && {
      fate: settled?.state ?? (receipt.kind === 'accepted' ? 'accepted' : 'under way'),
      at: receipt.at,
      identifier: receipt.identifier,
      proven: receipt.proven,
      legalDelivery: receipt.legalDelivery,
      reason: receipt.reason,
    },
  };
}

/**
 * Whether the server that receives for us flagged a mail as spam. Anybody can write the header; but only mail that passed the trusted server (its
 * Authentication-Results stand on top) is looked at, and whoever forges the flag harms their own mail only.
 */
function hasSpamFlag(raw: Buffer, authservId: string): boolean {
  const head =
    raw
      .subarray(0, 65_536)
      .toString('latin1')
      .split(/\r?\n\r?\n/, 1)[0] ?? '';
  const passed = [...head.matchAll(/^authentication-results:\s*([^\s;]+)/gim)].some(
    (match) => match[1]?.toLowerCase() === authservId.toLowerCase(),
  );
  return passed && /^x-spam-flag:\s*yes\b/im.test(head);
}
