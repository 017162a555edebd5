import type { Provider } from './provider.ts';

const cell = (value: string | number | boolean | null): string => {
  const text = value === null ? '' : String(value);
  return /[",;\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const table = (header: string, rows: (string | number | boolean | null)[][]): string =>
  `${[header, ...rows.map((row) => row.map(cell).join(','))].join('\n')}\n`;

export interface ProviderFiles {
  'resources.csv': string;
  'customers.csv': string;
  'services.csv': string;
}

/** The provider as the three files that `filodiretto import` takes. */
export function providerFiles({ resources, customers, services }: Provider): ProviderFiles {
  return {
    'resources.csv': table(
      'id,kind,name,upstream,lat,lon,battery_minutes',
      resources.map((row) => [
        row.id,
        row.kind,
        row.name,
        row.upstream.join('|'),
        row.lat,
        row.lon,
        row.batteryMinutes,
      ]),
    ),
    'customers.csv': table(
      'id,name,kind,tax_code,language,phone,email,pec,notify,consent_at,consent_source,consent_text',
      customers.map((row) => [
        row.id,
        row.name,
        row.kind,
        '',
        row.language,
        row.phone,
        row.email,
        row.pec,
        row.notify.join('|'),
        row.consentAt,
        row.consentSource,
        row.consentText,
      ]),
    ),
    'services.csv': table(
      'id,customer_id,product,address,resource_id,state,activated_on,ultrabroadband,monthly_fee',
      services.map((row) => [
        row.id,
        row.customerId,
        row.product,
        row.address,
        row.resourceId,
        row.state,
        row.activatedOn,
        row.ultrabroadband,
        (row.monthlyFeeCents / 100).toFixed(2),
      ]),
    ),
  };
}
