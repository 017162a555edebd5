import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { NewMailbox } from '../../contract/intake.ts';
import { createFlow, type Flow } from '../../server/flow.ts';
import { seedLexicon } from '../../server/intake/lexicon-store.ts';
import { makeMailbox } from '../../server/intake/manage-mailboxes.ts';
import { insertInbound } from '../../server/intake/store.ts';
import { storeBlob } from '../../server/platform/blobs.ts';
import { newId } from '../../server/platform/ids.ts';
import { makeFirstTeams } from '../../server/teams/index.ts';
import { setSettings } from './network.ts';
import type { TestPlatform } from './test-platform.ts';

export const ADMINISTRATOR = { kind: 'staff', id: 'administrator', roles: ['administrator'] } as const;

/** A mail as it stands in a mailbox. */
export function rawMail(words: {
  from: string;
  subject?: string;
  text: string;
  id?: string;
  headers?: string[];
}): Buffer {
  return Buffer.from(
    [
      ...(words.headers ?? []),
      `From: ${words.from}`,
      'To: care@lagonet.example',
      `Subject: ${words.subject ?? 'Assistenza'}`,
      `Message-ID: ${words.id ?? `<${newId()}@example.com>`}`,
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      '',
      words.text,
      '',
    ].join('\r\n'),
  );
}

/** A mailbox on the test's own IMAP server (`startImapServer`). */
export const careMailbox = (port: number): NewMailbox => ({
  name: 'care',
  kind: 'email',
  address: 'care@lagonet.example',
  enabled: true,
  routeId: null,
  teamId: null,
  config: {
    host: '127.0.0.1',
    port,
    secure: false,
    user: 'help',
    folder: 'INBOX',
    authservId: null,
    trustedRoots: null,
    markSeen: false,
  },
  password: 'secret',
});

export interface Stage {
  flow: Flow;
  routeId: string;
  mailboxes: { email: string; pec: string; letter: string };
  sms(from: string, text: string): Promise<void>;
  /** Keeps a mail as the worker of mailboxes does. Null when it was known. */
  mail(raw: Buffer, more?: { kind?: 'email' | 'pec' | 'letter'; quiet?: boolean }): Promise<string | null>;
  /** Of every message that came in: what became of it, the oldest first. */
  inbound(): Promise<
    {
      id: string;
      decision: string | null;
      case_id: string | null;
      trouble: string | null;
      facts: Record<string, unknown>;
    }[]
  >;
}

/** An installation with teams, lexicon and three mailboxes that nothing reads by itself. */
export async function setStage(platform: TestPlatform): Promise<Stage> {
  await setSettings(platform, { telling: { on: true } });
  await platform.database.transaction((tx) => makeFirstTeams(tx, platform.clock));
  await seedLexicon(platform);
  const make = async (kind: 'email' | 'pec' | 'letter'): Promise<string> =>
    (
      await makeMailbox(platform, ADMINISTRATOR, {
        name: kind,
        kind,
        address: `${kind}@lagonet.example`,
        enabled: true,
        routeId: null,
        teamId: null,
        config: {
          host: '127.0.0.1',
          port: 143,
          secure: false,
          user: kind,
          folder: 'INBOX',
          authservId: 'mx.lagonet.example',
          trustedRoots: null,
          markSeen: false,
        },
        password: 'secret',
      })
    ).id;
  const mailboxes = { email: await make('email'), pec: await make('pec'), letter: await make('letter') };
  const flow = createFlow(platform);
  const routeId = newId();
  return {
    flow,
    routeId,
    mailboxes,
    sms: async (sender, text) => {
      await platform.database.transaction((tx) =>
        flow.outbox.keepInbound(tx, routeId, { sender, text, raw: Buffer.from(text), part: null }),
      );
    },
    mail: async (raw, { kind = 'email', quiet = false } = {}) =>
      await platform.database.transaction(async (tx) => {
        const id = newId();
        const now = platform.clock.business();
        const isNew = await insertInbound(tx, {
          id,
          channel: kind,
          routeId: null,
          mailboxId: mailboxes[kind],
          receivedAt: now,
          sender: '',
          text: '',
          quiet,
          raw: null,
          rawBlob: (await storeBlob(tx, raw, now)).id,
          facts: { content: 'whole' },
          contentHash: createHash('sha256').update(raw).digest('base64url'),
        });
        return isNew ? id : null;
      }),
    inbound: async () =>
      (
        await sql<{
          id: string;
          decision: string | null;
          case_id: string | null;
          trouble: string | null;
          facts: Record<string, unknown>;
        }>`
          SELECT id, decision, case_id, trouble, facts FROM inbound_messages ORDER BY received_at, id`.execute(
          platform.database.db,
        )
      ).rows,
  };
}
