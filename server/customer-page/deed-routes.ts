import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type Done, FORM_LIMITS, type ShownAddress, type Trouble } from '../../contract/customer-page.ts';
import { type DeedPage, renderDeed } from '../../web/customer/index.ts';
import { makeFormal } from '../cases/index.ts';
import {
  type CodePurpose,
  checkCode,
  claimContactPoint,
  contactPointsOf,
  delegationsOf,
  normaliseMail,
  normalisePhone,
  revokeDelegation,
  sendCode,
  verifyContactPoint,
} from '../customers/index.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import type { Http } from '../platform/http.ts';
import { hashToken } from '../platform/secrets.ts';
import { readSettings } from '../settings/index.ts';
import { act, countPress, FormTrouble, openOrAnswer, pathOf, statusOf, type TokenParams, troubleOf } from './act.ts';
import { sendArchive } from './archive.ts';
import { newOnce } from './case-routes.ts';
import { appoint, delegateOf } from './delegate.ts';
import { type Form, isFirst, readForm, wordsOf } from './forms.ts';
import type { OpenLink } from './open-link.ts';
import type { CustomerPagePorts } from './ports.ts';
import { addressesOf, standingDelegations } from './present.ts';
import { frameOf, seeOther, sendPage } from './send.ts';

const PUBLIC = { access: 'public' } as const;
const schema = { params: Type.Object({ token: Type.String({ maxLength: 100 }) }) };
const PAGES = ['formal', 'delegate', 'contact-point', 'download'] as const satisfies readonly DeedPage[];
const PURPOSE: Record<DeedPage, CodePurpose> = {
  formal: 'formal',
  delegate: 'delegate',
  'contact-point': 'new contact point',
  download: 'download',
};

type Asked = FastifyRequest<TokenParams>;

/** Where a code may go: what is verified; for somebody of whom nothing is, the mail address that the link itself was sent to. */
async function codeAddresses(db: Db, open: OpenLink): Promise<ShownAddress[]> {
  const addresses = (await addressesOf(db, open.view.partyId)).filter(({ channel }) => channel !== 'pec');
  const verified = addresses.filter((address) => address.verified);
  if (verified.length > 0) return verified;
  return addresses.filter(({ id, channel }) => channel === 'email' && id === open.link.contactPointId);
}

/** What needs a one-time code: formal complaint, delegates, new contact points, download. */
export function deedRoutes(http: Http, ports: CustomerPagePorts): void {
  const { platform } = ports;
  const { db } = platform.database;

  const show = async (
    request: Asked,
    reply: FastifyReply,
    open: OpenLink,
    page: DeedPage,
    at: { codeAt?: string; confirming?: string; trouble?: Parameters<typeof renderDeed>[0]['trouble'] },
  ): Promise<FastifyReply> => {
    const frame = await frameOf(platform, db, request, open.view.language);
    const { cases } = await readSettings(db);
    const addresses = await codeAddresses(db, open);
    const claimed = (await addressesOf(db, open.view.partyId)).filter(({ verified }) => !verified);
    const html = renderDeed({
      frame,
      page,
      path: pathOf({ query: {} }, open.token),
      once: newOnce(),
      addresses,
      codeAt: addresses.find(({ id }) => id === at.codeAt) ?? null,
      confirming: claimed.find(({ id }) => id === at.confirming) ?? null,
      delegations: page === 'delegate' ? await standingDelegations(db, open.view.partyId, frame.now) : [],
      formalDays: cases.formalDays,
      trouble: at.trouble ?? null,
    });
    return sendPage(reply, at.trouble ? statusOf(at.trouble.what) : 200, html, {
      language: frame.language,
      retryAfter: at.trouble?.retryAfter,
    });
  };

  /** The customer's own link; a delegate's opens none of these. */
  const own = async (request: Asked, reply: FastifyReply): Promise<OpenLink | null> => {
    const open = await openOrAnswer(ports, request, reply);
    if (!open || open.may.manage) return open;
    seeOther(reply, pathOf(request, open.token));
    return null;
  };

  for (const page of PAGES) {
    http.get(`/c/:token/${page}`, { config: PUBLIC, schema }, async (request, reply) => {
      const open = await own(request, reply);
      if (!open) return reply;
      const { at, new: added } = request.query as Record<string, unknown>;
      return await show(request, reply, open, page, {
        codeAt: typeof at === 'string' ? at : undefined,
        confirming: page === 'contact-point' && typeof added === 'string' ? added : undefined,
      });
    });
  }

  http.post('/c/:token/code', { config: PUBLIC, schema }, async (request, reply) => {
    const open = await own(request, reply);
    if (!open) return reply;
    const form = await readForm(request, ports);
    const page = PAGES.find((one) => one === form.fields.page) ?? 'formal';
    const codeAt = form.fields.codeAt ?? '';
    try {
      await platform.database.transaction(async (tx) => {
        if (!(await codeAddresses(tx, open)).some(({ id }) => id === codeAt)) throw new FormTrouble('nowhere');
        if (!(await isFirst(tx, platform, hashToken(open.token), form))) return;
        await countPress(tx, ports, open);
        await sendCode(tx, platform, {
          contactPointId: codeAt,
          purpose: PURPOSE[page],
          subjectId: open.view.id,
          language: open.view.language,
          provenElsewhere: true, // codeAddresses: verified, or where this very link was sent
        });
      });
    } catch (error) {
      const trouble = troubleOf(error);
      if (!trouble) throw error;
      return await show(request, reply, open, page, { trouble: { ...trouble, typed: form.fields } });
    }
    return seeOther(reply, pathOf(request, open.token, `at=${codeAt}`, `/${page}`));
  });

  /** Checks the form, then the code, then does it: with a wrong code only the try is kept, with a right one all of it. */
  const withCode = async (
    request: Asked,
    reply: FastifyReply,
    open: OpenLink,
    given: { page: DeedPage; form: Form; contactPointId: string; purpose: CodePurpose; confirming?: string },
    deed: (tx: Tx) => Promise<string>,
  ): Promise<string | null> => {
    const { page, form, contactPointId, purpose } = given;
    const refuse = async (what: Trouble, retryAfter?: number): Promise<null> => {
      await show(request, reply, open, page, {
        codeAt: contactPointId,
        confirming: given.confirming,
        trouble: { what, typed: form.fields, retryAfter },
      });
      return null;
    };
    const code = (form.fields.code ?? '').replaceAll(/[\s-]/g, '');
    if (!/^\d{6}$/.test(code)) return await refuse('code-none');
    try {
      const outcome = await platform.database.transaction(async (tx) => {
        await countPress(tx, ports, open);
        const check = await checkCode(tx, platform, { contactPointId, purpose, subjectId: open.view.id, code });
        if (!check.passed) return check;
        const result = await deed(tx);
        await isFirst(tx, platform, hashToken(open.token), form);
        return { passed: true, result } as const;
      });
      if (outcome.passed) return outcome.result;
      return await refuse(outcome.triesLeft > 0 ? 'code-wrong' : 'code-dead');
    } catch (error) {
      const trouble = troubleOf(error);
      if (!trouble) throw error;
      return await refuse(trouble.what, trouble.retryAfter);
    }
  };

  /** A deed behind a code that leads back to the page of the case, or on to `next`. */
  const deedRoute = (
    path: string,
    page: DeedPage,
    prepare: (open: OpenLink, form: Form) => { deed: (tx: Tx) => Promise<string>; point?: string },
  ): void => {
    http.post(`/c/:token/${path}`, { config: PUBLIC, schema }, async (request, reply) => {
      const open = await own(request, reply);
      if (!open) return reply;
      const form = await readForm(request, ports);
      const codeAt = form.fields.codeAt ?? '';
      if (await wasDone(ports, open, form)) return seeOther(reply, pathOf(request, open.token));
      try {
        const { deed, point } = prepare(open, form);
        const isAllowed = point
          ? (await addressesOf(db, open.view.partyId)).some(({ id, verified }) => id === point && !verified)
          : (await codeAddresses(db, open)).some(({ id }) => id === codeAt);
        if (!isAllowed) throw new FormTrouble('nowhere');
        const next = await withCode(
          request,
          reply,
          open,
          {
            page,
            form,
            contactPointId: point ?? codeAt,
            purpose: point ? 'contact point' : PURPOSE[page],
            confirming: point,
          },
          deed,
        );
        if (next === null) return reply;
        if (next === ARCHIVE) return await sendArchive(ports, reply, open);
        return seeOther(reply, next.startsWith('/') ? next : pathOf(request, open.token, `done=${next}`));
      } catch (error) {
        if (!(error instanceof FormTrouble)) throw error;
        return await show(request, reply, open, page, {
          codeAt,
          trouble: { what: error.trouble, typed: form.fields },
        });
      }
    });
  };

  deedRoute('formal', 'formal', (open, form) => {
    const { words, trouble } = wordsOf(form);
    if (trouble || words === '') throw new FormTrouble(trouble ?? 'empty');
    if (!open.may.formal) throw new FormTrouble('not-now');
    return {
      deed: async (tx): Promise<Done> => {
        await makeFormal(tx, ports.cases, open.actor, open.view.id, words);
        return 'formal';
      },
    };
  });

  deedRoute('delegate', 'delegate', (open, form) => {
    const wish = delegateOf(ports, form);
    return {
      deed: async (tx): Promise<Done> => {
        await appoint(tx, ports, open, wish);
        return 'delegate';
      },
    };
  });

  deedRoute('download', 'download', () => ({ deed: async () => ARCHIVE }));

  deedRoute('contact-point', 'contact-point', (open, form) => {
    const given = (form.fields.new ?? '').trim();
    if (given === '' || given.length > FORM_LIMITS.address) throw new FormTrouble('address-wrong');
    return {
      deed: async (tx) => {
        const { operator } = await readSettings(tx);
        const mail = normaliseMail(given);
        const phone = mail ? null : normalisePhone(given, operator.country);
        const address = mail ?? phone;
        if (!address) throw new FormTrouble('address-wrong');
        const channel = mail ? 'email' : 'sms';
        const known = (await contactPointsOf(tx, open.view.partyId)).find(
          (point) => point.channel === channel && point.address === address && !point.ended_at,
        );
        if (known?.verification === 'verified') throw new FormTrouble('address-known');
        const id = known?.id ?? (await claimContactPoint(tx, open.view.partyId, { channel, address }));
        await sendCode(tx, platform, {
          contactPointId: id,
          purpose: 'contact point',
          subjectId: open.view.id,
          language: open.view.language,
          provenElsewhere: true, // by the code that came before
        });
        return pathOf({ query: {} }, open.token, `new=${id}`, '/contact-point');
      },
    };
  });

  deedRoute('contact-point/confirm', 'contact-point', (open, form) => {
    const point = form.fields.point ?? '';
    return {
      point: point || 'none',
      deed: async (tx): Promise<Done> => {
        await verifyContactPoint(tx, platform.clock, open.actor, point, 'code');
        return 'contact-point';
      },
    };
  });

  // Taking a power away needs no code: it can only be a relief.
  http.post('/c/:token/delegate/end', { config: PUBLIC, schema }, async (request, reply) => {
    const open = await own(request, reply);
    if (!open) return reply;
    const form = await readForm(request, ports);
    const delegationId = form.fields.delegation ?? '';
    return await act(
      ports,
      request,
      reply,
      open,
      form,
      async (tx) => {
        if (!(await delegationsOf(tx, open.view.partyId)).some(({ id }) => id === delegationId))
          throw new FormTrouble('not-now');
        await revokeDelegation(tx, platform.clock, open.actor, { partyId: open.view.partyId, delegationId });
        return 'delegate-ended';
      },
      (what, retryAfter) =>
        show(request, reply, open, 'delegate', { trouble: { what, typed: form.fields, retryAfter } }),
      'delegate-ended',
    );
  });
}

/** Not a page: the answer is the archive itself. */
const ARCHIVE = 'archive';

/** Whether this very form was acted on before: looked at in a transaction that is taken back. */
async function wasDone({ platform }: CustomerPagePorts, open: OpenLink, form: Form): Promise<boolean> {
  if (!form.fields.once) return false;
  let first = true;
  const takeBack = new Error('only looked');
  await platform.database
    .transaction(async (tx) => {
      first = await isFirst(tx, platform, hashToken(open.token), form);
      throw takeBack;
    })
    .catch((error: unknown) => {
      if (error !== takeBack) throw error;
    });
  return !first;
}
