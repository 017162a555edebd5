import type { FastifyReply } from 'fastify';
import { exportCase } from '../exports/index.ts';
import type { OpenLink } from './open-link.ts';
import type { CustomerPagePorts } from './ports.ts';
import { PRIVATE_HEADERS } from './send.ts';

/** Everything that the customer may see of a case, as a ZIP: the same file that goes to a procedure. */
export async function sendArchive(
  { platform }: CustomerPagePorts,
  reply: FastifyReply,
  { actor, view }: OpenLink,
): Promise<FastifyReply> {
  const { name, archive } = await exportCase(platform, actor, view.id, {
    audience: 'customer',
    language: view.language,
  });
  return reply
    .headers({
      ...PRIVATE_HEADERS,
      'content-disposition': `attachment; filename="${name}"`,
      'content-security-policy': "default-src 'none'; sandbox",
    })
    .type('application/zip')
    .send(archive);
}
