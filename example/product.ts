/** The product as a program outside sees it: HTTP, and nothing else. */
export interface Product {
  readonly baseUrl: string;
  get<Body>(path: string): Promise<Body>;
  send<Body>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: unknown): Promise<Body>;
  /** The session that `signIn` began is this client's own: several people are several clients. */
  signIn(email: string, password: string): Promise<void>;
}

/** What the product said no with (RFC 9457), or that it said nothing. */
export class ProductError extends Error {
  constructor(
    message: string,
    /** 0 when nothing answered. */
    readonly status: number,
    readonly code: string,
  ) {
    super(message);
  }
}

const PATIENCE_MILLISECONDS = 60_000;

/** A client of the product at `baseUrl` (no slash at the end). Nobody is signed in at first. */
export function createProduct(baseUrl: string, signal: AbortSignal): Product {
  const cookies = new Map<string, string>();

  const ask = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const form = body instanceof FormData;
    const headers: Record<string, string> = { origin: new URL(baseUrl).origin, accept: 'application/json' };
    if (cookies.size > 0) headers.cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (body !== undefined && !form) headers['content-type'] = 'application/json';
    let response: Response;
    try {
      response = await fetch(`${baseUrl}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MILLISECONDS)]),
      });
    } catch (error) {
      if (signal.aborted) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new ProductError(`${method} ${path}: the product at ${baseUrl} does not answer (${why}).`, 0, 'no-answer');
    }
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const end = pair.indexOf('=');
      if (end > 0) cookies.set(pair.slice(0, end), pair.slice(end + 1));
    }
    const text = await response.text();
    if (response.ok) return (text ? JSON.parse(text) : undefined) as Body;
    let problem: { code?: string; detail?: string; help?: string } = {};
    try {
      problem = JSON.parse(text);
    } catch {
      // Not a problem of the product: the status says it alone.
    }
    throw new ProductError(
      `${method} ${path}: ${response.status} ${problem.detail ?? response.statusText} ${problem.help ?? ''}`.trim(),
      response.status,
      problem.code ?? '',
    );
  };

  return {
    baseUrl,
    get: (path) => ask('GET', path),
    send: (method, path, body) => ask(method, path, body),
    signIn: async (email, password) => {
      await ask('POST', '/api/auth/sign-in/email', { email, password });
    },
  };
}
