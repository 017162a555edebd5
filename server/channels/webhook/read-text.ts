/** PostgreSQL's text holds no zero byte; nothing that a device means is lost with it. */
export const withoutZeroBytes = (text: string): string => text.replaceAll('\0', '');

/** An instant as RFC 3339 in UTC; null where it is no time, or in no year that a device could mean (1970 to 9999). */
export function readInstant(text: string): string | null {
  const at = new Date(text);
  const year = at.getUTCFullYear();
  return Number.isNaN(at.getTime()) || year < 1970 || year > 9999 ? null : at.toISOString();
}

/** Labels of at most 100 names, cut to what the database and the desk can hold. */
export const readLabels = (labels: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels)
      .slice(0, 100)
      .map(([name, value]) => [withoutZeroBytes(name).slice(0, 100), withoutZeroBytes(value).slice(0, 500)]),
  );
