import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import {
  BlockedSender,
  BlockSender,
  DecideInbound,
  HandInMessage,
  InboundBrief,
  InboundList,
  InboundPage,
  MessageHandedIn,
} from '../../contract/intake.ts';
import { readBlob } from '../platform/blobs.ts';
import { invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { actorOf, type Http } from '../platform/http.ts';
import { takeFromLimit, tooMany } from '../platform/rate-limit.ts';
import { readSettings } from '../settings/index.ts';
import { blockSender, unblockSender } from './block-senders.ts';
import { decideAgain } from './decide-again.ts';
import { listInbound } from './list-inbound.ts';
import type { IntakePorts } from './ports.ts';
import { receiveMessage } from './receive.ts';
import { listBlocked } from './sender-store.ts';
import { loadInbound } from './store.ts';

const WithId = Type.Object({ id: Id });
/** Handed in by one person: more in an hour is a program gone wrong. */
const MESSAGES = { uses: 2000, seconds: 3600 };
const TYPES = { sms: 'application/octet-stream', web: 'application/json', api: 'application/json' } as const;
const ENDINGS: Record<string, string> = { sms: 'bin', web: 'json', api: 'json' };

/** What came in and made no case, the originals, and the way in for what staff or a program hands in. */
export function intakeRoutes(http: Http, ports: IntakePorts): void {
  const { platform } = ports;
  const { database, clock } = platform;

  http.get(
    '/api/v1/inbound',
    {
      config: { access: 'deed:cases:work' },
      schema: {
        querystring: Type.Object({
          decision: InboundList,
          before: Type.Optional(
            Type.String({
              pattern: '^\\d{4}-[\\dT:.Z-]{10,30}_[0-9a-f-]{36}$',
              description: 'The `next` of the page before.',
            }),
          ),
        }),
        response: { 200: InboundPage },
      },
    },
    async (request) => await listInbound(database.db, request.query.decision, request.query.before ?? null),
  );
  http.post(
    '/api/v1/inbound/:id/decide',
    {
      config: { access: 'deed:cases:work' },
      schema: { params: WithId, body: DecideInbound, response: { 200: InboundBrief } },
    },
    async (request) => await decideAgain(ports, actorOf(request), request.params.id, request.body),
  );
  http.get(
    '/api/v1/inbound/:id/raw',
    { config: { access: 'deed:raw:read' }, schema: { params: WithId } },
    async (request, reply) => {
      const { id } = request.params;
      const inbound = await loadInbound(database.db, id);
      if (!inbound) throw notFound('This message');
      await database.transaction((tx) =>
        recordEvents(tx, clock, actorOf(request), [
          { kind: 'message.raw-read', subjectKind: 'inbound', subjectId: id },
        ]),
      );
      const mails = !(inbound.channel in TYPES);
      return await reply
        // Never a type that a browser would open: what is in it came from anybody.
        .type(mails ? 'application/octet-stream' : TYPES[inbound.channel as keyof typeof TYPES])
        .header('content-disposition', `attachment; filename="${id}.${ENDINGS[inbound.channel] ?? 'eml'}"`)
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'no-store')
        .send(
          Readable.from(inbound.rawBlob ? readBlob(database.db, inbound.rawBlob) : [inbound.raw ?? Buffer.alloc(0)]),
        );
    },
  );
  http.post(
    '/api/v1/messages',
    {
      config: { access: 'deed:cases:work' },
      schema: {
        headers: Type.Object({
          'idempotency-key': Type.String({
            minLength: 8,
            maxLength: 200,
            description: 'The same for a repeat of the same message.',
          }),
        }),
        body: HandInMessage,
        response: { 200: MessageHandedIn, 201: MessageHandedIn },
      },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      const who = actor.kind === 'staff' ? actor.id : actor.kind;
      const taken = await takeFromLimit(database.db, clock, `messages ${who}`, MESSAGES);
      if (!taken.allowed) throw tooMany(taken.retryAfter);
      const { partyId, address, name, subject, text, language, acknowledge, channel } = request.body;
      if ((partyId === undefined) === (address === undefined))
        throw invalid(
          'who-wrote',
          'A message is of a customer, or of an address.',
          'Give partyId or address, one of them.',
        );
      const { partyId: _, ...received } = await database.transaction(async (tx) => {
        const { operator } = await readSettings(tx);
        return await receiveMessage(tx, ports, actor, {
          key: `${who} ${request.headers['idempotency-key']}`,
          from: partyId === undefined ? { address: address ?? null } : { partyId },
          name: name ?? null,
          subject: subject ?? null,
          text,
          language: language ?? operator.defaultLanguage,
          attachments: [],
          channel,
          acknowledge: acknowledge ?? true,
        });
      });
      return reply.code(received.repeated ? 200 : 201).send(received);
    },
  );

  http.get(
    '/api/v1/blocked-senders',
    { config: { access: 'deed:cases:work' }, schema: { response: { 200: Type.Array(BlockedSender) } } },
    async () =>
      (await listBlocked(database.db)).map(({ address, madeAt }) => ({ address, madeAt: madeAt.toISOString() })),
  );
  http.post(
    '/api/v1/blocked-senders',
    { config: { access: 'deed:cases:work' }, schema: { body: BlockSender } },
    async (request, reply) => {
      await database.transaction((tx) => blockSender(tx, platform, actorOf(request), request.body.address));
      return reply.code(204).send();
    },
  );
  // The address stays out of URLs and their logs.
  http.post(
    '/api/v1/blocked-senders/remove',
    { config: { access: 'deed:cases:work' }, schema: { body: BlockSender } },
    async (request, reply) => {
      await database.transaction((tx) => unblockSender(tx, platform, actorOf(request), request.body.address));
      return reply.code(204).send();
    },
  );
}
