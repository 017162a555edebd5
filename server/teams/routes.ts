import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { Absence, ChangeTeam, NewAbsence, NewTeam, SetTeamMember, Team } from '../../contract/teams.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { currentAbsences, recordAbsence, withdrawAbsence } from './absences.ts';
import { changeTeam, endTeam, makeTeam, removeTeamMember, restoreTeam, setTeamMember } from './manage.ts';
import { presentTeam, presentTeams } from './present.ts';

const ById = Type.Object({ id: Id });
const Membership = Type.Object({ id: Id, staffId: Type.String({ minLength: 1, maxLength: 64 }) });

/** /api/v1/teams with their members, and /api/v1/absences. */
export function teamRoutes(http: Http, platform: Platform): void {
  const { db } = platform.database;
  const team = (id: string): Promise<Team> => presentTeam(db, id, platform.clock.business());

  http.get(
    '/api/v1/teams',
    { config: { access: 'deed:cases:work' }, schema: { response: { 200: Type.Array(Team) } } },
    () => presentTeams(db, platform.clock.business()),
  );
  http.post(
    '/api/v1/teams',
    { config: { access: 'deed:teams:manage' }, schema: { body: NewTeam, response: { 201: Team } } },
    async (request, reply) =>
      reply.code(201).send(await team(await makeTeam(platform, actorOf(request), request.body))),
  );
  http.patch(
    '/api/v1/teams/:id',
    { config: { access: 'deed:teams:manage' }, schema: { params: ById, body: ChangeTeam, response: { 200: Team } } },
    async (request) => {
      await changeTeam(platform, actorOf(request), request.params.id, request.body);
      return await team(request.params.id);
    },
  );
  http.delete(
    '/api/v1/teams/:id',
    { config: { access: 'deed:teams:manage' }, schema: { params: ById } },
    async (request, reply) => {
      await endTeam(platform, actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );

  http.post(
    '/api/v1/teams/:id/restore',
    { config: { access: 'deed:teams:manage' }, schema: { params: ById, response: { 200: Team } } },
    async (request) => {
      await restoreTeam(platform, actorOf(request), request.params.id);
      return await team(request.params.id);
    },
  );

  http.put(
    '/api/v1/teams/:id/members/:staffId',
    {
      config: { access: 'deed:teams:manage' },
      schema: { params: Membership, body: SetTeamMember, response: { 200: Team } },
    },
    async (request) => {
      const { id, staffId } = request.params;
      await setTeamMember(platform, actorOf(request), id, staffId, request.body);
      return await team(id);
    },
  );
  http.delete(
    '/api/v1/teams/:id/members/:staffId',
    { config: { access: 'deed:teams:manage' }, schema: { params: Membership, response: { 200: Team } } },
    async (request) => {
      const { id, staffId } = request.params;
      await removeTeamMember(platform, actorOf(request), id, staffId);
      return await team(id);
    },
  );

  http.get(
    '/api/v1/absences',
    { config: { access: 'deed:cases:work' }, schema: { response: { 200: Type.Array(Absence) } } },
    () => currentAbsences(db, platform.clock.business()),
  );
  http.post(
    '/api/v1/absences',
    { config: { access: 'staff' }, schema: { body: NewAbsence, response: { 201: Absence } } },
    async (request, reply) => reply.code(201).send(await recordAbsence(platform, actorOf(request), request.body)),
  );
  http.delete(
    '/api/v1/absences/:id',
    { config: { access: 'staff' }, schema: { params: ById } },
    async (request, reply) => {
      await withdrawAbsence(platform, actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
}
