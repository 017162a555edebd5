import { parse } from 'csv-parse/sync';
import parsePhoneNumber from 'libphonenumber-js/max';
import { expect, test } from 'vitest';
import { providerFiles } from '../../example/provider/csv.ts';
import { lagoWireless } from '../../example/provider/provider.ts';

const files = providerFiles(lagoWireless());
type Row = Record<string, string>;
const read = (name: keyof typeof files): Row[] => parse(files[name], { columns: true });
const resources = read('resources.csv');
const customers = read('customers.csv');
const services = read('services.csv');

/** A plain walk, unlike the generator's: who still reaches an uplink when the mast is gone? */
function withoutAWay(gone: string): Set<string> {
  const upstreamOf = new Map(resources.map((row) => [row.id ?? '', (row.upstream ?? '').split('|').filter(Boolean)]));
  const reaches = (id: string): boolean => {
    if (id === gone) return false;
    const upstream = upstreamOf.get(id) ?? [];
    return upstream.length === 0 || upstream.some(reaches);
  };
  return new Set([...upstreamOf.keys()].filter((id) => !reaches(id)));
}

const down = withoutAWay('mast-monterosso');
const told = new Set(
  services.filter((row) => row.state !== 'ended' && down.has(row.resource_id ?? '')).map((row) => row.customer_id),
);

test('given the same seed, when it is generated again, then it is the same to the byte', () => {
  expect(providerFiles(lagoWireless())).toEqual(files);
  expect(providerFiles(lagoWireless(7))).not.toEqual(files);
});

test('given Lago Wireless, when it is counted, then it has 4,600 customers on 15 masts', () => {
  expect(customers).toHaveLength(4600);
  expect(resources.filter((row) => row.kind === 'mast')).toHaveLength(15);
});

test('given the mast of the story, when everybody behind it is found by a plain walk, then they are 4,000', () => {
  expect(told.size).toBe(4000);
  expect(down.has('mast-luino'), 'Luino has another way').toBe(false);
});

test('given the 4,000, when their consents are counted, then 70 % agreed to SMS, 20 % to mail, and 800 to nothing', () => {
  const notify = customers
    .filter((row) => told.has(row.id))
    .map((row) => (row.notify ?? '').split('|').filter(Boolean));
  expect(notify.filter((channels) => channels.includes('sms'))).toHaveLength(2800);
  expect(notify.filter((channels) => channels.includes('email'))).toHaveLength(800);
  expect(notify.filter((channels) => channels.length === 2)).toHaveLength(400);
  expect(notify.filter((channels) => channels.length === 0)).toHaveLength(800);
});

test('given the files, when ids and references are checked, then ids are unique and everything that is named exists', () => {
  for (const rows of [resources, customers, services])
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
  const resourceIds = new Set(resources.map((row) => row.id));
  for (const row of resources)
    for (const upstream of (row.upstream ?? '').split('|').filter(Boolean)) expect(resourceIds).toContain(upstream);
  const customerIds = new Set(customers.map((row) => row.id));
  expect(services.filter((row) => !resourceIds.has(row.resource_id))).toEqual([]);
  expect(services.filter((row) => !customerIds.has(row.customer_id))).toEqual([]);
});

test('given the people, when their addresses are looked at, then none can reach anybody', () => {
  const phones = customers.map((row) => row.phone ?? '').filter(Boolean);
  expect(new Set(phones).size).toBe(phones.length);
  expect(phones.filter((phone) => !/^\+39399\d{7}$/.test(phone))).toEqual([]);
  expect(phones.filter((phone) => parsePhoneNumber(phone)?.getType() !== 'MOBILE')).toEqual([]);
  const mails = customers.flatMap((row) => [row.email ?? '', row.pec ?? '']).filter(Boolean);
  expect(new Set(mails).size).toBe(mails.length);
  expect(mails.filter((mail) => !/^[a-z0-9.]+@(pec\.)?example\.(com|org)$/.test(mail))).toEqual([]);
  expect(customers.filter((row) => row.tax_code !== '')).toEqual([]);
});

test('given a consent, when its row is read, then its address, time, source and text are there, and nothing without a yes', () => {
  for (const row of customers) {
    const channels = (row.notify ?? '').split('|').filter(Boolean);
    const proof = [row.consent_at, row.consent_source, row.consent_text].filter(Boolean).length;
    expect(proof, row.id).toBe(channels.length > 0 ? 3 : 0);
    if (channels.includes('sms')) expect(row.phone, row.id).not.toBe('');
    if (channels.includes('email')) expect(row.email, row.id).not.toBe('');
  }
});
