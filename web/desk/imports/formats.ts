import type { ImportKind } from '../../../contract/imports.ts';

/** Example rows of each kind: what a file must look like. Made-up people, real places. */
export const EXAMPLES: Record<ImportKind, string> = {
  resources: `id,kind,name,upstream,lat,lon,battery_minutes
core-1,exchange,Centrale Verbania,,45.9214,8.5516,
mast-vb-01,mast,Traliccio Monte Rosso,core-1,45.9406,8.5386,95
sector-vb-01-n,sector,Settore nord,mast-vb-01,45.9406,8.5386,
`,
  customers: `id,name,kind,tax_code,language,phone,email,pec,notify,consent_at,consent_source,consent_text
C-1001,Maria Esempio,consumer,,it,+393471234567,maria@example.org,,sms|email,2026-03-02T10:15:00Z,contratto,Avvisi di guasto via SMS ed e-mail
C-1002,Bar Lungolago,business,,it,,bar@example.org,,,,,
`,
  services: `id,customer_id,product,address,resource_id,state,activated_on,ultrabroadband,monthly_fee
L-5001,C-1001,Radio 100,"Via Roma 1, Verbania",sector-vb-01-n,active,2026-03-05,true,24.90
L-5002,C-1002,Radio 100,"Corso Italia 4, Verbania",sector-vb-01-n,active,2025-11-12,true,29.90
`,
};

const FIRST_COLUMNS: readonly [ImportKind, readonly string[]][] = [
  ['services', ['customer_id', 'resource_id']],
  ['resources', ['kind', 'upstream']],
  ['customers', ['name', 'notify']],
];

/** Guesses the kind of a file from its header row; null when the columns do not say it. */
export function kindFromHeader(header: string): ImportKind | null {
  const columns = header
    .replace(/^\uFEFF/, '')
    .split(/[,;\t]/)
    .map((column) => column.trim().replaceAll('"', '').toLowerCase());
  return FIRST_COLUMNS.find(([, marks]) => marks.every((mark) => columns.includes(mark)))?.[0] ?? null;
}
