import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

export type Coding = 'br' | 'gzip' | 'identity';

/** One rendered document as it leaves: bytes for each coding, made once for all visitors. */
export interface Snapshot {
  type: string;
  bodies: Record<Coding, Buffer>;
  /** Strong validators (RFC 9110 section 8.8.3), one for each coding. */
  etags: Record<Coding, string>;
  modifiedAt: Date;
  digest: string;
}

/** The snapshot of a text; the one before is kept when its bytes are the same, so that validators change only with the facts. */
export async function takeSnapshot(
  text: string,
  type: string,
  before: Snapshot | undefined,
  now: Date,
): Promise<Snapshot> {
  const identity = Buffer.from(text, 'utf8');
  const digest = createHash('sha256').update(identity).digest('base64url').slice(0, 22);
  if (before?.digest === digest) return before;
  const [br, gz] = await Promise.all([
    compressBrotli(identity, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: identity.length },
    }),
    compressGzip(identity, { level: 6 }),
  ]);
  return {
    type,
    bodies: { br, gzip: gz, identity },
    etags: { br: `"${digest}-br"`, gzip: `"${digest}-gz"`, identity: `"${digest}"` },
    modifiedAt: new Date(Math.floor(now.getTime() / 1000) * 1000),
    digest,
  };
}

/** The best coding that Accept-Encoding (RFC 9110 section 12.5.3) allows. */
export function chooseCoding(accept: string | undefined): Coding {
  const allowed = new Map<string, number>();
  for (const entry of (accept ?? '').slice(0, 500).toLowerCase().split(',')) {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const quality = parameters.map((part) => /^q=([\d.]+)$/.exec(part)?.[1]).find(Boolean);
    allowed.set(name, Number(quality ?? 1));
  }
  const quality = (name: string): number => allowed.get(name) ?? allowed.get('*') ?? 0;
  if (quality('br') > 0 && quality('br') >= quality('gzip')) return 'br';
  return quality('gzip') > 0 ? 'gzip' : 'identity';
}

/** Whether the visitor already has it: If-None-Match first, and only without it If-Modified-Since (RFC 9110 section 13.2.2). */
export function isFresh(
  snapshot: Snapshot,
  headers: { 'if-none-match'?: string | undefined; 'if-modified-since'?: string | undefined },
): boolean {
  const match = headers['if-none-match'];
  if (match !== undefined) {
    if (match.trim() === '*') return true;
    const known = match.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    return Object.values(snapshot.etags).some((etag) => known.includes(etag));
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return !Number.isNaN(since) && snapshot.modifiedAt.getTime() <= since;
}
