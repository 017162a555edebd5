/** What the server refused, in its own words (RFC 9457): `detail` for people, `help` says what would help. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly help: string | null;

  constructor(status: number, code: string, detail: string, help: string | null) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.help = help;
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const facts = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  return new Problem(
    response.status,
    text(facts.code) ?? `http-${response.status}`,
    text(facts.detail) ?? text(facts.message) ?? response.statusText,
    text(facts.help),
  );
}

/** Asks the server; `Expected` is the contract's type of the answer. Throws a Problem, also when the server cannot be reached (status 0). */
export async function request<Expected>(
  path: string,
  options: {
    method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    body?: unknown;
    form?: FormData;
    signal?: AbortSignal;
  } = {},
): Promise<Expected> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      credentials: 'same-origin',
      ...(options.body !== undefined ? { body: JSON.stringify(options.body) } : {}),
      ...(options.form ? { body: options.form } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, 'unreachable', '', null);
  }
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as Expected;
  const body = await response.text();
  return (body === '' ? undefined : JSON.parse(body)) as Expected;
}

/** Asks for a file that only a POST makes, and hands it to the browser to be stored. Throws a Problem. */
export async function downloadByPost(path: string, name: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(path, { method: 'POST', credentials: 'same-origin' });
  } catch {
    throw new Problem(0, 'unreachable', '', null);
  }
  if (!response.ok) throw await problemOf(response);
  const address = URL.createObjectURL(await response.blob());
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(address);
}
