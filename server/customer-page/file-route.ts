import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { renderPlain } from '../../web/customer/index.ts';
import { readBlob } from '../platform/blobs.ts';
import type { Http } from '../platform/http.ts';
import { openOrAnswer } from './act.ts';
import type { CustomerPagePorts } from './ports.ts';
import { frameOf, PRIVATE_HEADERS, sendPage } from './send.ts';

/** An attachment of a message that the customer sees: always a download, never shown by this server's name. */
export function fileRoute(http: Http, ports: CustomerPagePorts): void {
  const { db } = ports.platform.database;
  http.get(
    '/c/:token/files/:id',
    {
      config: { access: 'public' },
      schema: { params: Type.Object({ token: Type.String({ maxLength: 100 }), id: Id }) },
    },
    async (request, reply) => {
      const open = await openOrAnswer(ports, request, reply);
      if (!open) return reply;
      const attachment = open.view.messages
        .filter(({ claim }) => !claim)
        .flatMap(({ attachments }) => attachments)
        .find(({ id }) => id === request.params.id);
      if (!attachment?.blobId) {
        const frame = await frameOf(ports.platform, db, request, open.view.language);
        return sendPage(reply, 404, renderPlain(frame, 'unknown'), frame);
      }
      return reply
        .headers({
          ...PRIVATE_HEADERS,
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(attachment.name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`,
          'content-security-policy': "default-src 'none'; sandbox",
          'content-length': String(attachment.size),
        })
        .type('application/octet-stream')
        .send(Readable.from(readBlob(db, attachment.blobId)));
    },
  );
}
