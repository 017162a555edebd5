import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { readBlob } from '../platform/blobs.ts';
import { notFound } from '../platform/errors.ts';
import { actorOf, type Http } from '../platform/http.ts';
import { attachmentById, messagesOf } from './message-store.ts';
import type { CasePorts } from './ports.ts';
import { requireVisible, scopeOf, visibleTo } from './scope.ts';
import { readCase } from './store.ts';

const MOST_MESSAGES = 10_000;

/**
 * GET /api/v1/cases/:id/attachments/:attachmentId: what somebody sent along, as a file to be kept and never as a page of ours: whatever it is, it
 * doesn't run here.
 */
export function attachmentRoute(http: Http, { platform }: CasePorts): void {
  const { db } = platform.database;
  http.get(
    '/api/v1/cases/:id/attachments/:attachmentId',
    { config: { access: 'deed:cases:see' }, schema: { params: Type.Object({ id: Id, attachmentId: Id }) } },
    async (request, reply) => {
      const { id, attachmentId } = request.params;
      const record = await readCase(db, id);
      const attachment = await attachmentById(db, attachmentId);
      if (!record || attachment?.caseId !== id || !attachment.blobId) throw notFound('This attachment');
      const scope = await scopeOf(db, actorOf(request));
      await requireVisible(db, scope, record);
      const visible = await messagesOf(db, id, { limit: MOST_MESSAGES, visibilities: visibleTo(scope) });
      if (!visible.some((message) => message.id === attachment.messageId)) throw notFound('This attachment');
      const name = encodeURIComponent(attachment.name).replaceAll(
        /['()*]/g,
        (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
      );
      return reply
        .headers({
          'content-type': attachment.type,
          'content-length': attachment.size,
          'content-disposition': `attachment; filename*=UTF-8''${name}`,
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
          'cache-control': 'private, no-store',
        })
        .send(Readable.from(readBlob(db, attachment.blobId)));
    },
  );
}
