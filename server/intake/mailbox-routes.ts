import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { ChangeMailbox, Lexicon, Mailbox, MailboxTested, NewMailbox, Tried, TryText } from '../../contract/intake.ts';
import { placesIn } from '../network/index.ts';
import { recordEvents } from '../platform/events.ts';
import { actorOf, type Http } from '../platform/http.ts';
import { takeFromLimit, tooMany } from '../platform/rate-limit.ts';
import { readSettings } from '../settings/index.ts';
import { readLexicon, writeLexicon } from './lexicon-store.ts';
import type { OpenMailbox } from './mailbox-port.ts';
import {
  changeMailbox,
  endMailbox,
  listMailboxes,
  makeMailbox,
  restoreMailbox,
  testMailbox,
} from './manage-mailboxes.ts';
import type { IntakePorts } from './ports.ts';
import { foldWords, triage } from './triage.ts';

const WithId = Type.Object({ id: Id });
/** A test connects to a host of somebody's choice: so many for each person. */
const TESTS = { uses: 20, seconds: 3600 };

/** Mailboxes, and the words by which a first look is taken. */
export function mailboxRoutes(http: Http, ports: IntakePorts, openMailbox: OpenMailbox): void {
  const { platform } = ports;
  http.get(
    '/api/v1/mailboxes',
    { config: { access: 'deed:settings:see' }, schema: { response: { 200: Type.Array(Mailbox) } } },
    async () => await listMailboxes(platform),
  );
  http.post(
    '/api/v1/mailboxes',
    { config: { access: 'deed:mailboxes:manage' }, schema: { body: NewMailbox, response: { 201: Mailbox } } },
    async (request, reply) => reply.code(201).send(await makeMailbox(platform, actorOf(request), request.body)),
  );
  http.patch(
    '/api/v1/mailboxes/:id',
    {
      config: { access: 'deed:mailboxes:manage' },
      schema: { params: WithId, body: ChangeMailbox, response: { 200: Mailbox } },
    },
    async (request) => await changeMailbox(platform, actorOf(request), request.params.id, request.body),
  );
  http.delete(
    '/api/v1/mailboxes/:id',
    { config: { access: 'deed:mailboxes:manage' }, schema: { params: WithId } },
    async (request, reply) => {
      await endMailbox(platform, actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
  http.post(
    '/api/v1/mailboxes/:id/restore',
    { config: { access: 'deed:mailboxes:manage' }, schema: { params: WithId, response: { 200: Mailbox } } },
    async (request) => await restoreMailbox(platform, actorOf(request), request.params.id),
  );
  http.post(
    '/api/v1/mailboxes/:id/test',
    { config: { access: 'deed:mailboxes:manage' }, schema: { params: WithId, response: { 200: MailboxTested } } },
    async (request) => {
      const actor = actorOf(request);
      const who = actor.kind === 'staff' ? actor.id : actor.kind;
      const taken = await takeFromLimit(platform.database.db, platform.clock, `mailbox test ${who}`, TESTS);
      if (!taken.allowed) throw tooMany(taken.retryAfter);
      return await testMailbox(platform, openMailbox, request.params.id);
    },
  );

  http.get(
    '/api/v1/lexicon',
    { config: { access: 'deed:cases:work' }, schema: { response: { 200: Lexicon } } },
    async () => await readLexicon(platform.database.db),
  );
  http.put(
    '/api/v1/lexicon',
    { config: { access: 'deed:lexicon:change' }, schema: { body: Lexicon, response: { 200: Lexicon } } },
    async (request) =>
      await platform.database.transaction(async (tx) => {
        const entries = request.body
          .map((entry) => ({ ...entry, stem: foldWords(entry.stem) }))
          .filter(({ stem }) => stem.length > 1);
        await writeLexicon(tx, entries);
        await recordEvents(tx, platform.clock, actorOf(request), [
          { kind: 'lexicon.changed', subjectKind: 'lexicon', subjectId: 'lexicon', data: { entries: entries.length } },
        ]);
        return await readLexicon(tx);
      }),
  );
  http.post(
    '/api/v1/lexicon/test',
    { config: { access: 'deed:cases:work' }, schema: { body: TryText, response: { 200: Tried } } },
    async (request) => {
      const { db } = platform.database;
      const { operator } = await readSettings(db);
      return triage(request.body.text, {
        lexicon:
          request.body.entries?.map((entry) => ({ ...entry, stem: foldWords(entry.stem) })) ?? (await readLexicon(db)),
        declared: [],
        fallback: operator.defaultLanguage,
        vulnerable: false,
        critical: false,
        place: placesIn(request.body.text)[0] ?? null,
      });
    },
  );
}
