/** Markup that is already safe: only `markup` and `raw` make it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type Content = string | number | null | false | Markup | readonly Content[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text for HTML and XML, also inside quoted attributes; what XML 1.0 doesn't allow (section 2.2) is left out. */
const escapeMarkup = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

function contentOf(content: Content): string {
  if (content === null || content === false) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string') return escapeMarkup(content);
  if (typeof content === 'number') return String(content);
  return content.map(contentOf).join('');
}

/** A template of HTML or XML in which every value is escaped unless it is Markup. */
export const markup = (strings: TemplateStringsArray, ...values: Content[]): Markup =>
  new Markup(strings.map((part, index) => part + contentOf(values[index] ?? null)).join(''));

/** Our own constant texts (style sheet, pictures), never somebody's words. */
export const raw = (text: string): Markup => new Markup(text);
