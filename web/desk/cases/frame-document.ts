/** Nothing is fetched and nothing runs, whatever the mail says: pictures only where they are in it. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

const STYLE =
  'html{color-scheme:light;background:#fff}body{margin:12px;font:15px/1.45 system-ui,sans-serif;color:#1b1b1b;overflow-wrap:anywhere}img{max-width:100%;height:auto}a{color:inherit}';

/** The document of the frame in which a mail is shown as its sender made it up. The policy stands before anything of the mail. */
export const frameDocument = (html: string): string =>
  `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>${STYLE}</style></head><body>${html}</body></html>`;
