import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { Actor } from './actor.ts';
import { Failure, type FailureKind } from './errors.ts';
import type { Logger } from './log.ts';

/**
 * Who may use a route. Every route says it in `config.access`; one that doesn't stops the start (denied by default).
 * `public`: everybody. `staff`: whoever is signed in. `deed:…`: whoever's role allows that deed. `token`: the route checks a token of its own.
 */
export type Access = 'public' | 'staff' | 'token' | `deed:${string}`;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Set by the guard on every route that is not public. */
    actor: Actor | null;
  }
}

export type Http = FastifyInstance<
  import('http').Server,
  import('http').IncomingMessage,
  import('http').ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Decides about a request to a guarded route: returns the actor or throws a Failure (`unauthenticated`, `forbidden`). */
export type Guard = (request: FastifyRequest, access: Exclude<Access, 'public' | 'token'>) => Promise<Actor>;

const STATUS: Record<FailureKind, number> = {
  invalid: 400,
  incomplete: 422,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-many': 429,
  environment: 503,
};

export function createHttp({
  log,
  guard,
  trustedProxies,
}: {
  log: Logger;
  guard: Guard;
  trustedProxies: string[];
}): Http {
  const http = fastify({
    loggerInstance: log as FastifyBaseLogger,
    // Addresses carry tokens (/c/…, /u/…): what is logged is the route's pattern, below.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
    bodyLimit: 1_048_576,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
  }).withTypeProvider<TypeBoxTypeProvider>();
  http.setValidatorCompiler(TypeBoxValidatorCompiler);
  http.decorateRequest('actor', null);
  http.addHook('onRoute', (route) => {
    // The pages that describe the API come from a library that knows no access; they hold no data.
    if (route.url.startsWith('/api/docs')) route.config = { ...route.config, access: 'public' };
    if (!route.config?.access)
      throw new Error(`the route ${route.method} ${route.url} does not say who may use it (config.access)`);
  });
  http.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access;
    if (access === undefined || access === 'public' || access === 'token') return; // undefined: no such route, answered with 404
    request.actor = await guard(request, access);
  });
  http.addHook('preValidation', async (request) => {
    if (![request.params, request.query, request.body].some(isUnstorable)) return;
    throw new Failure({
      code: 'not-text',
      kind: 'invalid',
      detail: 'There are characters in the request that are no text: a zero, or half of a pair.',
      help: 'Send UTF-8.',
    });
  });
  http.addHook('onResponse', async (request, reply) => {
    request.log.debug(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        milliseconds: Math.round(reply.elapsedTime),
      },
      'answered',
    );
  });
  http.setNotFoundHandler((request, reply) => {
    problem(reply, 404, {
      code: 'not-found',
      detail: 'There is nothing at this address.',
      help: 'The API is described at /api/docs.',
    });
    void request;
  });
  http.setErrorHandler(
    (
      error: Error & {
        statusCode?: number;
        code?: string;
        validation?: { instancePath?: string; message?: string }[];
        validationContext?: string;
      },
      request,
      reply,
    ) => {
      if (error instanceof Failure) {
        problem(reply, STATUS[error.kind], {
          code: error.code,
          detail: error.detail,
          ...(error.help ? { help: error.help } : {}),
          ...(error.facts ?? {}),
        });
        return;
      }
      if (error.validation) {
        const where = error.validation.map((entry) =>
          `${error.validationContext ?? 'body'}${entry.instancePath ?? ''} ${entry.message ?? ''}`.trim(),
        );
        problem(reply, 400, {
          code: 'invalid',
          detail: `The request is not as described: ${where.slice(0, 5).join('; ')}.`,
          help: 'Compare with /api/docs.',
        });
        return;
      }
      const status = error.statusCode ?? 500;
      if (status < 500) {
        problem(reply, status, {
          code: (error.code ?? 'refused').toLowerCase().replaceAll('_', '-'),
          detail: error.message,
        });
        return;
      }
      request.log.error(
        { route: request.routeOptions.url ?? 'none', problem: error.stack ?? error.message },
        'a request failed',
      );
      problem(reply, 500, {
        code: 'internal',
        detail: 'Something in the server failed; it has been logged.',
        help: 'Try again; if it stays, send the log to your administrator.',
      });
    },
  );
  return http;
}

// The zero character, and halves of surrogate pairs.
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Whether a text in it is one that PostgreSQL cannot store: better refused at the door than failing there. Bytes are not looked at. */
function isUnstorable(value: unknown): boolean {
  if (typeof value === 'string') return UNSTORABLE.test(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return Object.entries(value).some(([name, held]) => UNSTORABLE.test(name) || isUnstorable(held));
}

/** An answer of RFC 9457 (problem details). */
export function problem(
  reply: FastifyReply,
  status: number,
  facts: { code: string; detail: string; help?: string; [key: string]: unknown },
): void {
  void reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: facts.code, status, ...facts }));
}

/** The actor of a guarded route. */
export function actorOf(request: FastifyRequest): Actor {
  if (!request.actor)
    throw new Failure({
      code: 'not-signed-in',
      kind: 'unauthenticated',
      detail: 'This needs a signed-in person.',
      help: 'Sign in at /desk.',
    });
  return request.actor;
}
