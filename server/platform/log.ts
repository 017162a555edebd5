import { type Logger, pino } from 'pino';

export type { Logger };

/** Never logged, wherever they stand in an object: secrets, addresses of people, texts that people wrote. */
const REDACTED = [
  'password',
  'token',
  'secret',
  'authorization',
  'cookie',
  'address',
  'phone',
  'email',
  'to',
  'from',
  'body',
  'text',
  'html',
  'name',
  'key',
];

export function createLog(level: string): Logger {
  const paths = REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `req.headers.${name}`]);
  return pino({ level, redact: { paths, censor: '[redacted]' }, base: null });
}
