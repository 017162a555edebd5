import sanitizeHtml from 'sanitize-html';

export interface SanitisedHtml {
  html: string;
  /** Pictures, style sheets, frames, fonts and the like that would have been fetched. */
  remoteResources: number;
  /** Content-Ids of the pictures that stand in the text, without angle brackets, in order. */
  contentIds: string[];
}

export interface SanitiseLimits {
  /** Longer HTML is not shown as HTML at all. */
  characters: number;
  /** Elements within each other; a reader of HTML gets slow with the square of it. */
  depth: number;
}

const LIMITS: SanitiseLimits = { characters: 600_000, depth: 500 };

const TAGS = [
  'a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption',
  'figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strike strong sub sup',
  'table tbody td tfoot th thead time tr tt u ul var wbr',
].flatMap((line) => line.split(' '));

const length = /^-?\d{1,4}(\.\d{1,3})?(px|pt|em|rem|ex|%|in|cm|mm)?$/;
const lengths =
  /^(-?\d{1,4}(\.\d{1,3})?(px|pt|em|rem|ex|%|in|cm|mm)?|auto)( (-?\d{1,4}(\.\d{1,3})?(px|pt|em|rem|ex|%|in|cm|mm)?|auto)){0,3}$/;
const colour = /^(#[0-9a-f]{3,8}|[a-z]{3,24}|rgba?\([\d\s.,%/]{1,40}\))$/i;
const border = /^[-#\w.%(), ]{1,60}$/;
const word = /^[a-z][a-z-]{0,20}$/i;

/** Values are matched whole; nothing with a colon, slash, backslash, quote or `url(` gets through any of these. */
const STYLES: Record<string, RegExp[]> = {
  color: [colour],
  'background-color': [colour],
  'font-weight': [/^(bold|bolder|lighter|normal|[1-9]00)$/],
  'font-style': [/^(italic|oblique|normal)$/],
  'font-size': [length, word],
  'font-family': [/^[\w ,'"-]{1,120}$/],
  'line-height': [length, word],
  'text-align': [word],
  'text-decoration': [/^[a-z -]{1,40}$/i],
  'text-indent': [length],
  'vertical-align': [length, word],
  'white-space': [word],
  'border-collapse': [word],
  width: [length],
  'max-width': [length],
  height: [length],
  margin: [lengths],
  padding: [lengths],
  border: [border],
};
for (const side of ['left', 'right', 'top', 'bottom']) {
  STYLES[`margin-${side}`] = [length];
  STYLES[`padding-${side}`] = [length];
  STYLES[`border-${side}`] = [border];
}

/** Attributes by which an element fetches something by itself. */
const FETCHING = [
  'src',
  'srcset',
  'background',
  'poster',
  'data',
  'code',
  'codebase',
  'archive',
  'lowsrc',
  'dynsrc',
  'xlink:href',
];

/**
 * HTML of a stranger made harmless: no script, form, frame, style sheet, and nothing that would be fetched. Links stay (web,
 * mail, telephone) and open elsewhere without saying where from. Pictures of the mail itself stand as
 * `<img data-content-id="…">`; all others are removed and counted. Null when it is too long or too deeply nested to be read.
 */
export function sanitise(html: string, limits: SanitiseLimits = LIMITS): SanitisedHtml | null {
  if (html.length > limits.characters || nestsDeeperThan(html, limits.depth)) return null;
  let remoteResources = 0;
  const contentIds: string[] = [];
  const clean = sanitizeHtml(html, {
    allowedTags: TAGS,
    allowedAttributes: {
      '*': ['style', 'dir', 'lang', 'title', 'align', 'valign'],
      a: ['href', 'rel', 'target'],
      img: ['data-content-id', 'alt', 'width', 'height'],
      font: ['color', 'size', 'face'],
      table: ['width', 'border', 'cellpadding', 'cellspacing', 'bgcolor'],
      tr: ['bgcolor'],
      td: ['colspan', 'rowspan', 'width', 'height', 'bgcolor'],
      th: ['colspan', 'rowspan', 'width', 'height', 'bgcolor', 'scope'],
      col: ['span', 'width'],
      colgroup: ['span', 'width'],
      ol: ['start', 'type'],
      time: ['datetime'],
    },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowProtocolRelative: false,
    allowedStyles: { '*': STYLES },
    nonTextTags: [
      'style',
      'script',
      'textarea',
      'option',
      'noscript',
      'title',
      'template',
      'xmp',
      'noembed',
      'noframes',
      'svg',
      'math',
      'object',
      'applet',
      'iframe',
      'frameset',
      'select',
      'button',
      'audio',
      'video',
      'canvas',
    ],
    nestingLimit: limits.depth,
    parser: { lowerCaseTags: true, lowerCaseAttributeNames: true },
    onOpenTag: (name, attributes) => {
      remoteResources += fetched(name, attributes);
    },
    transformTags: {
      a: (tagName, { href = '', ...attributes }) => ({
        tagName,
        // A relative link would lead into the page that shows the mail.
        attribs: /^\s*(https?:\/\/|mailto:|tel:)/i.test(href)
          ? { ...attributes, href: href.trim(), target: '_blank', rel: 'noopener noreferrer nofollow' }
          : attributes,
      }),
      img: (tagName, attributes) => {
        const contentId = /^\s*cid:(.{1,250})$/is.exec(attributes.src ?? '')?.[1];
        if (contentId === undefined) return { tagName: '', attribs: {} };
        const plain = decodeOnce(contentId.trim());
        contentIds.push(plain);
        return { tagName, attribs: { ...attributes, 'data-content-id': plain } };
      },
    },
  });
  return { html: clean, remoteResources, contentIds };
}

/** How many things the element would fetch. */
function fetched(name: string, attributes: Record<string, string>): number {
  const sources = FETCHING.filter((key) => {
    const value = attributes[key]?.trim();
    return value && !/^(cid|data):/i.test(value);
  }).length;
  const linked = name === 'link' && attributes.href ? 1 : 0;
  const styled = (attributes.style ?? '').match(/url\s*\(\s*["']?\s*(?!["']?\s*(cid|data):)/gi)?.length ?? 0;
  return sources + linked + styled;
}

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const EMPTY_ELEMENTS = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'param',
  'source',
  'track',
  'wbr',
]);
/** Closed by their next sibling when they are not closed themselves, so they don't pile up. */
const CLOSED_BY_SIBLINGS = new Set(['p', 'li', 'dt', 'dd', 'option', 'tr', 'td', 'th', 'thead', 'tbody', 'tfoot']);

/** In one pass and without building anything. */
function nestsDeeperThan(html: string, limit: number): boolean {
  const open = new Map<string, number>();
  let depth = 0;
  for (const [, slash, given] of html.matchAll(/<(\/?)([a-z][a-z0-9:_-]{0,40})/gi)) {
    const name = (given ?? '').toLowerCase();
    if (EMPTY_ELEMENTS.has(name) || CLOSED_BY_SIBLINGS.has(name)) continue;
    const count = open.get(name) ?? 0;
    if (!slash) {
      open.set(name, count + 1);
      if (++depth > limit) return true;
    } else if (count > 0) {
      open.set(name, count - 1);
      depth--;
    }
  }
  return false;
}
