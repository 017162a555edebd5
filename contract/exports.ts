import { type Static, Type } from 'typebox';
import { Language } from './answer.ts';

/**
 * GET /api/v1/cases/:id/export.zip (deed `cases:export`): application/zip. The document as PDF, messages as text, raw originals, attachments, index.json.
 * `audience` customer (the default): what the customer may see; house: notes, claims of strangers and what is for partners as well.
 */
export const CaseExportQuery = Type.Object({
  audience: Type.Optional(Type.Union([Type.Literal('customer'), Type.Literal('house')])),
  language: Type.Optional(Language),
});

/** POST /api/v1/parties/:id/export (deed `parties:erase`) → application/zip: all that is kept about a party (GDPR, articles 15 and 20). */

/**
 * POST /api/v1/parties/:id/erase (deed `parties:erase`) → Erased. Personal text goes, figures and legal records stay (GDPR, article 17). It can't be undone:
 * `confirm` repeats the operator's id for the party, or its own id. 409 `party-in-use` while lines or cases are open, `already-erased`.
 */
export const EraseParty = Type.Object(
  { confirm: Type.String({ minLength: 1, maxLength: 100 }) },
  { additionalProperties: false },
);
export type EraseParty = Static<typeof EraseParty>;
export const Erased = Type.Object({
  messages: Type.Integer(),
  attachments: Type.Integer(),
  contactPoints: Type.Integer(),
  cases: Type.Integer(),
  /** Formal complaints and certified mail: kept until settings.retention.formalCases is over. */
  keptByLaw: Type.Integer(),
});
export type Erased = Static<typeof Erased>;
