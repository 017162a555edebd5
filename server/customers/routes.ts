import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { ConsentRecorded, Customer, CustomerBrief, RecordConsent } from '../../contract/customers.ts';
import { Failure } from '../platform/errors.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { recordConsent, stopAddress } from './consent.ts';
import { delegationRoutes } from './delegation-routes.ts';
import { type DescribeResources, readCustomer } from './read-customer.ts';
import { maskedAddress, normaliseMail, normalisePhone } from './rules.ts';
import { findCustomers, loadContactPoint } from './store.ts';
import { readUnsubscribeToken } from './unsubscribe.ts';
import { questionPage, sendPage, stoppedPage, unknownLinkPage } from './unsubscribe-page.ts';

export interface CustomerRoutesFacts {
  /** The network's words for resources (`resourceBriefs`): this folder doesn't know the network. */
  describeResources: DescribeResources;
}

const ById = Type.Object({ id: Id });

export function customerRoutes(http: Http, platform: Platform, { describeResources }: CustomerRoutesFacts): void {
  http.get(
    '/api/v1/customers',
    {
      config: { access: 'deed:customers:see' },
      schema: {
        querystring: Type.Object({
          search: Type.String({ minLength: 1, maxLength: 200 }),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50 })),
        }),
        response: { 200: Type.Array(CustomerBrief) },
      },
    },
    async (request) => {
      const { db } = platform.database;
      const { operator } = await readSettings(db);
      const { search, limit = 20 } = request.query;
      const addresses = [normalisePhone(search, operator.country), normaliseMail(search)].filter(
        (address) => address !== null,
      );
      return await findCustomers(db, { search, addresses, limit });
    },
  );

  http.get(
    '/api/v1/customers/:id',
    { config: { access: 'deed:customers:see' }, schema: { params: ById, response: { 200: Customer } } },
    async (request) => await readCustomer(platform, actorOf(request), request.params.id, describeResources),
  );

  http.post(
    '/api/v1/contact-points/:id/consent',
    {
      config: { access: 'deed:consent:record' },
      schema: { params: ById, body: RecordConsent, response: { 200: ConsentRecorded } },
    },
    async (request) =>
      await recordConsent(platform, actorOf(request), {
        ...request.body,
        contactPointId: request.params.id,
        givenAt: new Date(request.body.givenAt),
      }),
  );

  delegationRoutes(http, platform);

  void http.register(async (scope) => unsubscribeRoutes(scope as unknown as Http, platform));
}

/** `/u/TOKEN`: GET only asks, since mail scanners open every link; a press, or the mail program's one-click (RFC 8058), is a POST. */
function unsubscribeRoutes(http: Http, platform: Platform): void {
  // RFC 8058 allows both kinds of form; what they say adds nothing to the token.
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 16_384 }, (_request, _body, done) => done(null, null));

  const pointOf = async (token: string) => {
    try {
      return await loadContactPoint(platform.database.db, readUnsubscribeToken(platform.vault, token));
    } catch (error) {
      if (error instanceof Failure && error.kind === 'not-found') return null;
      throw error;
    }
  };
  const schema = { params: Type.Object({ token: Type.String({ maxLength: 200 }) }) };

  http.get('/u/:token', { config: { access: 'public' }, schema }, async (request, reply) => {
    const { operator } = await readSettings(platform.database.db);
    const point = await pointOf(request.params.token);
    if (!point) return sendPage(reply, 404, unknownLinkPage(operator.name));
    return sendPage(reply, 200, questionPage(operator.name, maskedAddress(point.address)));
  });

  http.post('/u/:token', { config: { access: 'public' }, schema }, async (request, reply) => {
    const { operator } = await readSettings(platform.database.db);
    const point = await pointOf(request.params.token);
    if (!point) return sendPage(reply, 404, unknownLinkPage(operator.name));
    await stopAddress(platform, {
      channel: point.channel,
      address: point.address,
      source: 'link in the mail',
      text: 'Non scrivetemi più · Stop writing to me',
    });
    return sendPage(reply, 200, stoppedPage(operator.name, maskedAddress(point.address)));
  });
}
