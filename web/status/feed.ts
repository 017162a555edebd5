import type { PublishedIncident } from '../../contract/status.ts';
import { CAUSE_WORDS } from '../../contract/words.ts';
import { inOrder, placeOf, type Update, updateTimes, updateTitle, type View } from './facts.ts';
import { type Markup, markup } from './markup.ts';
import { say } from './words.ts';

/** Entries at most; readers keep what they have seen. */
const MOST_ENTRIES = 100;

/**
 * The feed (RFC 4287): one entry for each thing that was said, newest first. Ids are tag URIs (RFC 4151) made of what never changes: reference,
 * instant and kind.
 */
export function renderFeed(view: View): string {
  const { status, language } = view;
  const host = new URL(status.publicUrl).hostname;
  const entries = [...status.open, ...status.ended]
    .flatMap((incident) => inOrder(incident.updates).map((update) => ({ incident, update })))
    .sort((a, b) => Date.parse(b.update.at) - Date.parse(a.update.at))
    .slice(0, MOST_ENTRIES);
  const updated = entries[0]?.update.at ?? status.changedAt.toISOString();
  return markup`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">
<id>tag:${host},2026:status/${language}</id>
<title>${say(language, 'feed.title', { operator: status.operatorName })}</title>
<updated>${instant(updated)}</updated>
<author><name>${status.operatorName}</name></author>
<link rel="self" type="application/atom+xml" href="${status.publicUrl}/status/feed.atom?lang=${language}"/>
<link rel="alternate" type="text/html" href="${status.publicUrl}/status?lang=${language}"/>
${entries.map(({ incident, update }) => entry(incident, update, host, view))}</feed>
`.text;
}

function entry(incident: PublishedIncident, update: Update, host: string, view: View): Markup {
  const { status, language } = view;
  const text = [`${CAUSE_WORDS[language][update.cause].label}.`, ...updateTimes(update, view)];
  const words = incident.causeWords[language];
  if (words) text.splice(1, 0, words);
  text.push(`${say(language, 'label.reference', { reference: incident.reference })}.`);
  return markup`<entry>
<id>tag:${host},2026:status/${language}/${incident.reference}/${Date.parse(update.at)}/${update.kind.replaceAll(/[^a-z-]/g, '')}</id>
<title>${placeOf(incident, language)}: ${updateTitle(update, language)}</title>
<published>${instant(update.at)}</published>
<updated>${instant(update.at)}</updated>
<link rel="alternate" type="text/html" href="${status.publicUrl}/status?lang=${language}#i${incident.reference}"/>
<content type="text">${text.join(' ')}</content>
</entry>
`;
}

const instant = (text: string): string => new Date(text).toISOString();
