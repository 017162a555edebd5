/** The names of the holes in a text: `only {taken} of {all}` has `taken` and `all`. */
type Hole<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Hole<Rest> : never;
type Values<Text extends string> = [Hole<Text>] extends [never] ? [] : [values: Record<Hole<Text>, string | number>];

/** What was said, as a code and the values of its holes. */
export interface Said {
  code: string;
  values: Record<string, string>;
}

/** Texts that the product says of itself: written in English where they are kept and logged, and read back as codes where they are shown in another language. */
export interface Catalogue<Texts extends Readonly<Record<string, string>>> {
  texts: Texts;
  /** The English text of a code. */
  say<Code extends keyof Texts & string>(code: Code, ...values: Values<Texts[Code]>): string;
  /** The code and the values of a text; null for one of somebody else, which is shown as it is. */
  read(text: string): Said | null;
}

/** A catalogue of texts by code, with holes in braces. Where a text would fit two codes, the one that stands first is meant. */
export function catalogueOf<const Texts extends Readonly<Record<string, string>>>(texts: Texts): Catalogue<Texts> {
  const patterns = Object.entries(texts).map(([code, text]) => [code, patternOf(text)] as const);
  return {
    texts,
    say: (code, ...[values]) =>
      texts[code]?.replace(/\{(\w+)\}/g, (_, name: string) => String((values as Said['values'])[name] ?? '')) ?? code,
    read: (text) => {
      for (const [code, pattern] of patterns) {
        const found = pattern.exec(text);
        if (found) return { code, values: { ...found.groups } };
      }
      return null;
    },
  };
}

const patternOf = (text: string): RegExp =>
  new RegExp(
    `^${text.replace(/[.*+?^$()|[\]\\]|\{(\w+)\}/g, (sign, name?: string) => (name ? `(?<${name}>.*)` : `\\${sign}`))}$`,
    's',
  );
