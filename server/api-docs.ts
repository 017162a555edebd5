import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui';
import type { FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import { exampleOf } from '../contract/examples.ts';

/** Under which heading of the reference a route stands: the thing that it is about. */
export function areaOf(url: string): string {
  const [, first = '', second = '', third = ''] = url.split('/');
  if (first === 'api' && second === 'v1' && third) return third;
  if (first === 'api' && second === 'auth') return 'sign-in';
  return first === 'hooks' ? 'hooks' : 'public';
}

/** The page at /api/docs: the reference alone, without the bar of the library that draws it. Nothing is fetched from elsewhere. */
export const DOCS_PAGE: FastifySwaggerUiOptions = {
  routePrefix: '/api/docs',
  staticCSP:
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  theme: {
    title: 'Filodiretto API',
    css: [{ filename: 'filodiretto.css', content: '.swagger-ui .topbar { display: none }' }],
  },
  uiConfig: { url: '/api/openapi.json', docExpansion: 'none', deepLinking: true, tagsSorter: 'alpha' },
};

const withExample = (schema: unknown): unknown =>
  schema && typeof schema === 'object' && ('type' in schema || 'anyOf' in schema || 'allOf' in schema)
    ? { ...schema, example: exampleOf(schema as TSchema) }
    : schema;

/** A route's shapes for the reference, with an example for what is sent and for what comes back when all is well. */
export function withExamples(schema: FastifySchema | undefined): FastifySchema {
  const { body, response } = schema ?? {};
  return {
    ...schema,
    ...(body ? { body: withExample(body) } : {}),
    ...(response && typeof response === 'object'
      ? {
          response: Object.fromEntries(
            Object.entries(response).map(([status, one]) => [status, status.startsWith('2') ? withExample(one) : one]),
          ),
        }
      : {}),
  };
}
