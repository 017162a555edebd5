import type { Language } from '../../contract/answer.ts';
import { enqueueSingle } from '../outbox/index.ts';
import type { Tx } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';

/** A link goes to the address that it is for; until then it is nowhere in clear. */
export async function sendLink(
  tx: Tx,
  platform: Platform,
  letter: {
    channel: 'sms' | 'email';
    to: string;
    language: Language;
    token: string;
    about: { kind: 'renewed' } | { kind: 'delegate'; customer: string };
  },
): Promise<void> {
  const { operator } = await readSettings(tx);
  const link = `${platform.publicUrl}/c/${letter.token}`;
  const { subject, text } = words(letter.language, operator.shortName, link, letter.about);
  await enqueueSingle(tx, platform.clock, {
    kind: 'code',
    channel: letter.channel,
    to: letter.to,
    subject,
    text,
    language: letter.language,
  });
}

function words(
  language: Language,
  operator: string,
  link: string,
  about: Parameters<typeof sendLink>[2]['about'],
): { subject: string; text: string } {
  if (about.kind === 'renewed')
    return language === 'it'
      ? {
          subject: `${operator}: il nuovo collegamento alla Sua pratica`,
          text: `${operator}: ecco il nuovo collegamento alla Sua pratica: ${link} Non lo passi ad altri.`,
        }
      : {
          subject: `${operator}: the new link to your case`,
          text: `${operator}: here is the new link to your case: ${link} Do not pass it on.`,
        };
  return language === 'it'
    ? {
        subject: `${operator}: ${about.customer} Le ha dato una delega`,
        text: `${about.customer} ha chiesto a ${operator} che Lei possa agire per suo conto.\n\nQuesto è il Suo collegamento alla pratica, con quello che può fare e fino a quando:\n${link}\n\nOgni Sua azione resta scritta con il Suo nome e con quello di ${about.customer}. Se non ne sa nulla, non apra il collegamento: non succede niente.`,
      }
    : {
        subject: `${operator}: ${about.customer} has made you a delegate`,
        text: `${about.customer} asked ${operator} that you may act on their behalf.\n\nThis is your link to the case, with what you may do and until when:\n${link}\n\nEverything you do is recorded with your name and that of ${about.customer}. If you know nothing of it, do not open the link: nothing happens.`,
      };
}
