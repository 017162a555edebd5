import { Type } from 'typebox';
import { Id } from '../../../contract/answer.ts';
import {
  ActOnIncident,
  Announce,
  Announcement,
  AnnouncePreview,
  Incident,
  IncidentBrief,
} from '../../../contract/incidents.ts';
import { withUnsubscribeUrl } from '../../../contract/unsubscribe.ts';
import { refuseAnnouncement, releaseAnnouncement, undoAnnouncement } from '../../notices/index.ts';
import { notFound } from '../../platform/errors.ts';
import { actorOf, type Http } from '../../platform/http.ts';
import { actOnIncident, INCIDENT_ACTS } from './life.ts';
import type { IncidentPorts } from './ports.ts';
import { incidentBriefs, presentAnnouncement, presentIncident } from './present.ts';
import { previewNews, sayNews } from './say-news.ts';

const ById = Type.Object({ id: Id });

/** /api/v1/incidents and /api/v1/announcements. */
export function incidentRoutes(http: Http, ports: IncidentPorts): void {
  const { platform } = ports;
  const { db } = platform.database;
  const whole = async (id: string): Promise<Incident> => {
    const incident = await presentIncident(db, platform, id);
    if (!incident) throw notFound('This incident');
    return incident;
  };

  http.get(
    '/api/v1/incidents',
    {
      config: { access: 'deed:incidents:see' },
      schema: {
        querystring: Type.Object({
          state: Type.Optional(Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('ended')]))),
        }),
        response: { 200: Type.Array(IncidentBrief) },
      },
    },
    (request) => incidentBriefs(db, platform, request.query.state ?? 'open'),
  );
  http.get(
    '/api/v1/incidents/:id',
    { config: { access: 'deed:incidents:see' }, schema: { params: ById, response: { 200: Incident } } },
    (request) => whole(request.params.id),
  );

  for (const act of INCIDENT_ACTS) {
    http.post(
      `/api/v1/incidents/:id/${act}`,
      {
        config: { access: 'deed:incidents:work' },
        schema: { params: ById, body: ActOnIncident, response: { 200: Incident } },
      },
      async (request) => {
        const { id } = request.params as { id: string };
        await actOnIncident(ports, actorOf(request), id, act, (request.body as ActOnIncident).version);
        return await whole(id);
      },
    );
  }

  http.post(
    '/api/v1/incidents/:id/announcements/preview',
    {
      config: { access: 'deed:incidents:announce' },
      schema: { params: ById, body: Announce, response: { 200: AnnouncePreview } },
    },
    async (request) => {
      const { answer, reach } = await previewNews(ports, request.params.id, request.body);
      const { audience, people, unreachable, costCents, decision } = reach;
      // Each reader has an own link; the preview shows where it stands.
      const sample = `${platform.publicUrl}/u/…`;
      return {
        answer,
        texts: reach.texts.map((text) => ({
          ...text,
          body: withUnsubscribeUrl(text.body, sample),
          html: text.html === null ? null : withUnsubscribeUrl(text.html, sample),
        })),
        audience,
        people,
        unreachable,
        costCents,
        outcome: decision.state,
        outcomeReason: decision.reason,
      };
    },
  );
  http.post(
    '/api/v1/incidents/:id/announcements',
    {
      config: { access: 'deed:incidents:announce' },
      schema: { params: ById, body: Announce, response: { 201: Announcement } },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(await presentAnnouncement(db, await sayNews(ports, actorOf(request), request.params.id, request.body))),
  );

  http.post(
    '/api/v1/announcements/:id/undo',
    { config: { access: 'deed:incidents:announce' }, schema: { params: ById, response: { 200: Announcement } } },
    async (request) =>
      presentAnnouncement(db, await undoAnnouncement(platform, ports.telling, actorOf(request), request.params.id)),
  );
  http.post(
    '/api/v1/announcements/:id/release',
    { config: { access: 'deed:telling:release' }, schema: { params: ById, response: { 200: Announcement } } },
    async (request) =>
      presentAnnouncement(db, await releaseAnnouncement(platform, ports.telling, actorOf(request), request.params.id)),
  );
  http.post(
    '/api/v1/announcements/:id/refuse',
    { config: { access: 'deed:telling:release' }, schema: { params: ById, response: { 200: Announcement } } },
    async (request) => presentAnnouncement(db, await refuseAnnouncement(platform, actorOf(request), request.params.id)),
  );
}
