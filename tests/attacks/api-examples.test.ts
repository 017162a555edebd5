import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stage, setStage } from '../support/stage.ts';

interface Media {
  schema?: TSchema & { example?: unknown };
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Operation {
  requestBody?: { content?: Record<string, Media> };
  responses?: Record<string, { content?: Record<string, Media> }>;
}

const exampleIn = (media: Media): unknown =>
  media.example ?? media.schema?.example ?? Object.values(media.examples ?? {})[0]?.value;

describe('the reference of the API', () => {
  let stage: Stage;
  let all: { where: string; media: Media }[];

  beforeAll(async () => {
    stage = await setStage('embedded');
    const { paths } = (await stage.visitor().ask('GET', '/api/openapi.json')).json<{
      paths: Record<string, Record<string, Operation>>;
    }>();
    all = Object.entries(paths)
      .filter(([path]) => path.startsWith('/api/v1/'))
      .flatMap(([path, operations]) =>
        Object.entries(operations).flatMap(([method, { requestBody, responses = {} }]) => [
          ...Object.values(requestBody?.content ?? {}).map((media) => ({ where: `${method} ${path} body`, media })),
          ...Object.entries(responses)
            .filter(([status]) => status.startsWith('2'))
            .flatMap(([status, { content = {} }]) =>
              Object.values(content).map((media) => ({ where: `${method} ${path} ${status}`, media })),
            ),
        ]),
      );
  });
  afterAll(async () => await stage?.clear());

  test('given any body and any answer that has a shape, then it has an example, and the example has that shape', () => {
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter(({ media }) => exampleIn(media) === undefined).map(({ where }) => where)).toEqual([]);
    expect(
      all.filter(({ media }) => !Value.Check(media.schema ?? {}, exampleIn(media))).map(({ where }) => where),
    ).toEqual([]);
  });
});
