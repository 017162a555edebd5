declare module 'email-reply-parser' {
  export interface Fragment {
    isHidden(): boolean;
    isSignature(): boolean;
    isQuoted(): boolean;
    toString(): string;
  }
  export default class EmailReplyParser {
    read(text: string): { getFragments(): Fragment[] };
  }
}

declare module 'email-reply-parser/lib/parser/emailparser.js' {
  /** The patterns are one list for all parsers. */
  export default class EmailParser {
    getQuoteHeadersRegex(): RegExp[];
    setQuoteHeadersRegex(patterns: RegExp[]): this;
  }
}
