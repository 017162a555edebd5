import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TOPICS } from '../../contract/cases.ts';
import { FORM_LIMITS, type Trouble } from '../../contract/customer-page.ts';
import { renderContact, renderReceived } from '../../web/customer/index.ts';
import { type CustomerView, caseLink, customerView } from '../cases/index.ts';
import { normaliseMail, normalisePhone } from '../customers/index.ts';
import { type Received, receiveForm } from '../intake/index.ts';
import type { Tx } from '../platform/database/database.ts';
import { Failure } from '../platform/errors.ts';
import type { Http } from '../platform/http.ts';
import { limitedAddress } from '../platform/rate-limit.ts';
import { rootFolder } from '../platform/root-folder.ts';
import { readSettings } from '../settings/index.ts';
import { statusOf } from './act.ts';
import { type Form, readForm, wordsOf } from './forms.ts';
import type { CustomerPagePorts } from './ports.ts';
import { addressesOf } from './present.ts';
import { admit, BITS, keyOf, newChallenge } from './proof-of-work.ts';
import { frameOf, seeOther, sendPage } from './send.ts';

const PUBLIC = { access: 'public' } as const;

/** Milliseconds in which the same form leads to the same case. */
const PRESSED_AGAIN = 10 * 60_000;

type Refusal = { what: Trouble | { waitSeconds: number }; retryAfter?: number };

/** The public form. What it brings goes through intake like every other message; the answer is the page itself. */
export function contactRoutes(http: Http, ports: CustomerPagePorts): void {
  const { platform } = ports;
  const { db } = platform.database;
  const script = readFileSync(join(rootFolder, 'web', 'customer', 'proof-of-work.js'));
  const etag = `"${createHash('sha256').update(script).digest('base64url')}"`;

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    refusal: Refusal | null,
    typed: Form['fields'],
  ): Promise<FastifyReply> => {
    const frame = await frameOf(platform, db, request);
    const { name, address, topic, text, challenge } = typed;
    // The same challenge as long as it is good for anything: its age counts.
    const isKept = refusal !== null && refusal.what !== 'form-old' && challenge !== undefined;
    const html = renderContact({
      frame,
      challenge: isKept ? { text: challenge, bits: BITS } : newChallenge(platform),
      trouble: refusal,
      typed: { name, address, topic, text: text?.slice(0, FORM_LIMITS.text) },
    });
    const status = !refusal ? 200 : typeof refusal.what === 'string' ? statusOf(refusal.what) : 429;
    return sendPage(reply, status, html, {
      language: frame.language,
      scripts: true,
      retryAfter: refusal?.retryAfter,
    });
  };

  http.get('/contact', { config: PUBLIC }, (request, reply) => show(request, reply, null, {}));

  http.get('/contact/proof-of-work.js', { config: PUBLIC }, (request, reply) => {
    reply.headers({ 'cache-control': 'public, max-age=3600', etag, 'x-content-type-options': 'nosniff' });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('text/javascript; charset=utf-8').send(script);
  });

  http.post('/contact', { config: PUBLIC }, async (request, reply) => {
    const form = await readForm(request, ports);
    const { fields } = form;
    const refusal = await refusalOf(ports, form);
    if (refusal) return await show(request, reply, { what: refusal }, fields);
    const admission = await admit(db, platform, {
      challenge: fields.challenge ?? '',
      work: fields.work ?? '',
      from: limitedAddress(request),
    });
    if (!admission.admitted) {
      const { refusal: why, retryAfter } = admission;
      if (retryAfter === null)
        return await show(request, reply, { what: why === 'form-old' ? 'form-old' : 'work-missing' }, fields);
      return await show(
        request,
        reply,
        { what: why === 'wait' ? { waitSeconds: retryAfter } : 'too-many', retryAfter },
        fields,
      );
    }
    const frame = await frameOf(platform, db, request);
    // A field that people don't see: whoever fills it is a program. It is told what everybody is told.
    if (fields.website) return seeOther(reply, receivedPath(ports, null, frame.language));
    try {
      const path = await platform.database.transaction(async (tx) =>
        pathAfter(
          tx,
          ports,
          await receiveForm(tx, ports.intake, {
            key: keyOf(fields.challenge ?? ''),
            name: (fields.name ?? '').trim().slice(0, FORM_LIMITS.name) || null,
            address: (fields.address ?? '').trim().slice(0, FORM_LIMITS.address),
            subject: subjectOf(fields.topic),
            text: wordsOf(form).words,
            language: frame.language,
            attachments: form.files,
          }),
          frame.language,
        ),
      );
      return seeOther(reply, path);
    } catch (error) {
      // The same form with other words: it was sent before, and went back to.
      if (error instanceof Failure && error.code === 'key-used')
        return await show(request, reply, { what: 'form-old' }, fields);
      throw error;
    }
  });

  http.get('/contact/received', { config: PUBLIC }, async (request, reply) => {
    const frame = await frameOf(platform, db, request);
    const { of } = request.query as Record<string, unknown>;
    return sendPage(
      reply,
      200,
      renderReceived(frame, { number: readSeal(ports, typeof of === 'string' ? of : ''), path: null }),
      frame,
    );
  });
}

/** What is wrong with a form, before anything is counted or kept. */
async function refusalOf({ platform }: CustomerPagePorts, form: Form): Promise<Trouble | null> {
  const { fields } = form;
  const { words, trouble } = wordsOf(form);
  if (trouble) return trouble;
  if ((fields.name ?? '').trim() === '') return 'name-missing';
  const { operator } = await readSettings(platform.database.db);
  const address = fields.address ?? '';
  if (!normaliseMail(address) && !normalisePhone(address, operator.country)) return 'address-wrong';
  return words === '' ? 'empty' : null;
}

// Triage reads the words of a subject: what was chosen in the list is said in the words of the list, which its stems know.
const SUBJECTS: Record<string, string> = {
  'line down': 'La linea non funziona',
  'line slow': 'La linea è lenta',
  activation: 'Attivazione',
  migration: 'Passaggio a un altro operatore',
  visit: 'Visita del tecnico',
  bill: 'Fattura',
  ending: 'Disdetta',
  limit: 'Limitazione della linea',
  equipment: 'Router',
  data: 'Dati personali',
  conduct: 'Comportamento',
};

const subjectOf = (topic: string | undefined): string | null =>
  TOPICS.some((one) => one === topic) ? (SUBJECTS[topic ?? ''] ?? null) : null;

/**
 * Where whoever sent the form goes next. Only somebody whom the form itself made known gets the link: with the address of a customer anybody could otherwise
 * read what the operator answers there.
 */
async function pathAfter(tx: Tx, ports: CustomerPagePorts, received: Received, language: string): Promise<string> {
  const { caseId, claim } = received;
  if (caseId === null || claim) return receivedPath(ports, claim ? received.number : null, language);
  const view = await customerView(tx, caseId);
  if (!view || !(await isNewcomer(tx, ports, view))) return receivedPath(ports, received.number, language);
  const token = await caseLink(tx, ports.cases, caseId, view.partyId, null);
  return `/c/${token}?lang=${language}&done=opened`;
}

/** Pressed again much later, or after staff found out who it is, the form opens nothing any more. */
async function isNewcomer(tx: Tx, { platform }: CustomerPagePorts, view: CustomerView): Promise<boolean> {
  const age = platform.clock.business().getTime() - view.openedAt.getTime();
  return age < PRESSED_AGAIN && (await addressesOf(tx, view.partyId)).every(({ verified }) => !verified);
}

// Sealed, so that no address can be made that shows somebody else's number as ours.
const receivedPath = ({ platform }: CustomerPagePorts, number: string | null, language: string): string =>
  `/contact/received?lang=${language}${number ? `&of=${platform.vault.seal(`received ${number}`)}` : ''}`;

function readSeal({ platform }: CustomerPagePorts, sealed: string): string | null {
  if (!/^v1\.[A-Za-z0-9_-]{40,180}$/.test(sealed)) return null;
  try {
    return /^received (\d{6,16})$/.exec(platform.vault.open(sealed))?.[1] ?? null;
  } catch {
    return null;
  }
}
