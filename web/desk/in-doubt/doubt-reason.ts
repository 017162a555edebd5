/** Why a message is in doubt, as the server keeps it, and the word for it in the catalogue. */
const REASONS: readonly [RegExp, string][] = [
  [/^no answer( from the SMSC)?$/, 'no-answer'],
  [/^only (?<taken>\d+) of (?<all>\d+) parts were taken by the SMSC$/, 'some-parts'],
  [/^the connection was lost while the mail was handed over$/, 'connection-lost'],
  [/^the machine that was sending it is lost$/, 'machine-lost'],
  [/^the machine was restarted while it was being sent$/, 'machine-restarted'],
  [/^the process ended while it was being sent$/, 'process-ended'],
  [/^the channel failed: /, 'channel-failed'],
];

/** The word of the family `doubt-reason` for a reason, with the counts that it holds; null for one that the desk does not know. */
export function doubtReason(why: string): { word: string; values: Record<string, number> } | null {
  for (const [pattern, word] of REASONS) {
    const found = pattern.exec(why);
    if (!found) continue;
    const values = Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, count]) => [name, Number(count)]));
    return { word, values };
  }
  return null;
}
