import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasOpenssl, openPecProvider, type PecProvider, type SampleOptions } from '../../../tests/support/pec.ts';
import { type ReadCertificate, readTrustedRoots } from './certificate-chain.ts';
import { type Entity, readEntity } from './mime.ts';
import type { PecSignature } from './pec.ts';
import { openSigned, signingTime, type Trust, verifySignature } from './verify-signature.ts';

const at = new Date('2026-03-10T13:05:00Z');
const mail = {
  from: 'anna@pec.example',
  to: 'assistenza@pec.operatore.example',
  subject: 'Reclamo',
  text: 'Perché? Già.',
  at,
};

function entity(raw: Buffer): Entity {
  const read = readEntity(raw);
  if (!read) throw new Error('the sample has no headers');
  return read;
}

describe.runIf(hasOpenssl())('the signature of certified mail', () => {
  let provider: PecProvider;
  let roots: ReadCertificate[];
  const others: PecProvider[] = [];
  const open = (options: Parameters<typeof openPecProvider>[0]): PecProvider => {
    const made = openPecProvider(options);
    others.push(made);
    return made;
  };
  const check = (raw: Buffer, trust: Partial<Trust> = {}): Promise<PecSignature> =>
    verifySignature(openSigned(entity(raw)), { roots, at, from: provider.address, ...trust });
  const sample = (options: SampleOptions = {}): Promise<Buffer> => provider.makeEnvelope(mail, options);

  beforeAll(() => {
    provider = openPecProvider();
    roots = readTrustedRoots(provider.rootPem);
  });
  afterAll(() => {
    for (const each of [provider, ...others]) each.close();
  });

  test.each([
    { form: 'detached', tool: 'cms' },
    { form: 'detached', tool: 'smime' },
    { form: 'opaque', tool: 'cms' },
    { form: 'opaque', tool: 'smime' },
    { form: 'opaque', tool: 'cms', stream: true },
    { form: 'detached', tool: 'cms', digest: 'sha512' },
  ] as SampleOptions[])('given %o by a known provider, it is valid and names its signer', async (options) => {
    const raw = await sample(options);
    expect(await check(raw)).toEqual({
      state: 'valid',
      why: null,
      signer: {
        addresses: ['posta-certificata@pec.example'],
        name: 'Gestore pec.example',
        issuer: 'Radice di prova',
        validFrom: new Date('2020-01-01T00:00:00Z'),
        validUntil: new Date('2049-01-01T00:00:00Z'),
      },
    });
    expect(Math.abs((signingTime(openSigned(entity(raw)))?.getTime() ?? 0) - Date.now())).toBeLessThan(600_000);
  });

  test('given a mailbox that keeps lines with LF alone, then it is valid all the same', async () => {
    const raw = Buffer.from((await sample()).toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
    expect((await check(raw)).state).toBe('valid');
  });

  test('given one changed byte of the content or of the signature, then it is broken', async () => {
    const raw = await sample();
    const content = Buffer.from(raw.toString('latin1').replace('Messaggio di posta', 'Messaggio di Posta'), 'latin1');
    expect(content.equals(raw)).toBe(false);
    expect(await check(content)).toMatchObject({ state: 'broken', signer: null });
    const opaque = (await sample({ form: 'opaque' })).toString('latin1');
    const middle = opaque.indexOf('\r\n\r\n') + 500;
    const other = opaque[middle] === 'A' ? 'B' : 'A';
    expect((await check(Buffer.from(opaque.slice(0, middle) + other + opaque.slice(middle + 1)))).state).not.toBe(
      'valid',
    );
  });

  test('given no signature, then it is absent; given one that is none, then broken', async () => {
    expect((await check(await sample({ form: 'none' }))).state).toBe('absent');
    const raw = (await sample()).toString('latin1');
    for (const garbage of ['', 'AAAA', '!!!!', 'MIAGCSqGSIb3DQEHAqCA', '-----'.repeat(9)]) {
      const replaced = raw.replace(/(filename="smime\.p7s"\r\n\r\n)[\s\S]*?(\r\n--)/, `$1${garbage}$2`);
      expect((await check(Buffer.from(replaced, 'latin1'))).state).toBe('broken');
    }
  });

  test('given the signature over another content that it brings along, then what stands beside it is not taken for signed', async () => {
    const opaque = (await sample({ form: 'opaque' })).toString('latin1').split('\r\n\r\n')[1] ?? '';
    const raw = (await sample()).toString('latin1');
    const forged = raw
      .replace(/(filename="smime\.p7s"\r\n\r\n)[\s\S]*?(\r\n--)/, (_, before, after) => before + opaque.trim() + after)
      .replace('Messaggio di posta', 'Lei deve 1000 euro');
    expect((await check(Buffer.from(forged, 'latin1'))).state).toBe('broken');
  });

  test('given a third part beside content and signature, or a signature that is not outermost, then it does not count', async () => {
    const raw = (await sample()).toString('latin1');
    const boundary = /--(firma-\d+)--/.exec(raw)?.[1] ?? '';
    const third = raw.replace(`--${boundary}--`, `--${boundary}\r\n\r\nmore\r\n--${boundary}--`);
    expect((await check(Buffer.from(third, 'latin1'))).state).toBe('broken');
    const wrapped = `MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n${raw}\r\n--out--\r\n`;
    expect((await check(Buffer.from(wrapped, 'latin1'))).state).toBe('absent');
  });

  test('given an authority that nobody configured, then it is right and untrusted', async () => {
    const stranger = open({ domain: 'pec.example' });
    const raw = await stranger.makeEnvelope(mail);
    const result = await check(raw);
    expect(result).toMatchObject({ state: 'untrusted', signer: { name: 'Gestore pec.example' } });
    expect(result.why).toMatch(/no chain/i);
    expect((await check(await sample(), { roots: [] })).why).toMatch(/no trusted certificates/i);
  });

  test('given an authority in between, then its certificate in the signature leads to the root', async () => {
    const longer = open({ keyType: 'ec', domain: 'lunga.example', intermediate: true });
    const trust = { roots: readTrustedRoots(longer.rootPem), from: longer.address };
    expect((await check(await longer.makeEnvelope(mail), trust)).state).toBe('valid');
    expect((await check(await longer.makeEnvelope(mail), { ...trust, roots })).state).toBe('untrusted');
  });

  test.each([
    ['one that had ended', { intermediate: { validUntil: new Date('2026-03-01T00:00:00Z') } }],
    ['one that is no authority', { intermediate: { extensions: 'basicConstraints = CA:false' } }],
    [
      'one that may not sign certificates',
      { intermediate: { extensions: 'basicConstraints = CA:true\nkeyUsage = digitalSignature' } },
    ],
    [
      'one that its issuer forbids',
      { intermediate: true, rootExtensions: 'basicConstraints = critical, CA:true, pathlen:0' },
    ],
    [
      'one with restrictions that are not read',
      {
        intermediate: {
          extensions: 'basicConstraints = CA:true\nnameConstraints = critical, permitted;email:altro.example',
        },
      },
    ],
  ])('given an authority in between, %s, then no chain leads over it', async (_, options) => {
    const longer = open({ keyType: 'ec', ...options });
    const result = await check(await longer.makeEnvelope(mail), { roots: readTrustedRoots(longer.rootPem) });
    expect(result).toMatchObject({ state: 'untrusted', why: expect.stringMatching(/no chain/i) });
  });

  test('given authorities that certify each other in circles, then looking for a trusted one comes to an end', async () => {
    const crowded = open({ keyType: 'ec', intermediate: true, crowd: 17, keyIdentifiers: false });
    const raw = await crowded.makeEnvelope(mail);
    expect((await check(raw, { roots: readTrustedRoots(crowded.rootPem) })).state).toBe('valid');
    expect((await check(raw)).state).toBe('untrusted');
  });

  test('given an authority with the name of a trusted one and another key, then it is untrusted', async () => {
    const real = open({ keyType: 'ec', keyIdentifiers: false });
    const namesake = open({ keyType: 'ec', keyIdentifiers: false });
    const trust = { roots: readTrustedRoots(real.rootPem) };
    expect((await check(await real.makeEnvelope(mail), trust)).state).toBe('valid');
    expect((await check(await namesake.makeEnvelope(mail), trust)).state).toBe('untrusted');
  });

  test('given the provider itself as trusted, then no authority is needed', async () => {
    const pinned = readTrustedRoots(provider.certificatePem);
    expect((await check(await sample(), { roots: pinned })).state).toBe('valid');
  });

  test('given a certificate that had ended, or not begun, at the time of the message, then it is untrusted', async () => {
    const short = open({ validFrom: new Date('2026-01-01T00:00:00Z'), validUntil: new Date('2026-03-01T00:00:00Z') });
    const trust = { roots: readTrustedRoots(short.rootPem) };
    const raw = await short.makeEnvelope(mail);
    expect((await check(raw, trust)).why).toMatch(/not valid at the time/);
    expect((await check(raw, { ...trust, at: new Date('2025-12-31T23:59:59Z') })).state).toBe('untrusted');
    expect((await check(raw, { ...trust, at: new Date('2026-02-01T00:00:00Z') })).state).toBe('valid');
    expect((await check(raw, { ...trust, at: null })).state).toBe('untrusted');
  });

  test('given a signer with another address than the envelope, or one that is no provider, then it is untrusted', async () => {
    expect((await check(await sample(), { from: 'posta-certificata@altro.example' })).why).toMatch(/another address/);
    expect((await check(await sample(), { from: null })).state).toBe('untrusted');
    const person = open({ keyType: 'ec', address: 'anna@pec.example' });
    const trust = { roots: readTrustedRoots(person.rootPem), from: 'anna@pec.example' };
    expect((await check(await person.makeEnvelope(mail), trust)).why).toMatch(/not one of a provider/);
  });

  test('given a weak digest, a short key or a certificate for something else, then it is untrusted', async () => {
    expect((await check(await sample({ digest: 'sha1' }))).why).toMatch(/digest/);
    const weak = open({ keyType: 'rsa:1024' });
    expect((await check(await weak.makeEnvelope(mail), { roots: readTrustedRoots(weak.rootPem) })).why).toMatch(
      /short/,
    );
    const server = open({ keyType: 'ec', purpose: 'serverAuth' });
    const trust = { roots: readTrustedRoots(server.rootPem) };
    expect((await check(await server.makeEnvelope(mail), trust)).why).toMatch(/not meant for mail/);
  });

  test('given a key on an elliptic curve, then it is valid', async () => {
    const curve = open({ keyType: 'ec' });
    expect(await check(await curve.makeEnvelope(mail), { roots: readTrustedRoots(curve.rootPem) })).toMatchObject({
      state: 'valid',
    });
  });

  test('given any damage to a signed mail, then it ends in one of the states, and what was altered is never valid', async () => {
    const raws = [await sample(), await sample({ form: 'opaque' })];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...raws),
        fc.array(fc.tuple(fc.double({ min: 0, max: 0.9999, noNaN: true }), fc.nat(255)), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.double({ min: 0.2, max: 1, noNaN: true }),
        async (raw, changes, length) => {
          const damaged = Buffer.from(raw.subarray(0, Math.ceil(raw.length * length)));
          for (const [place, byte] of changes) damaged[Math.floor(place * damaged.length)] = byte;
          const read = readEntity(damaged);
          if (!read) return;
          const part = openSigned(read);
          const { state } = await verifySignature(part, { roots, at, from: provider.address });
          expect(['valid', 'untrusted', 'broken', 'absent']).toContain(state);
          const before = openSigned(entity(raw));
          if (state === 'valid' && 'content' in part && 'content' in before)
            expect(part.content?.toString('latin1').replaceAll('\r\n', '\n')).toBe(
              before.content?.toString('latin1').replaceAll('\r\n', '\n'),
            );
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('trusted certificates', () => {
  test('given none, or one that is none, then it says so', () => {
    expect(() => readTrustedRoots('')).toThrow(/no certificate/);
    expect(() => readTrustedRoots('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toThrow(
      /Certificate 1/,
    );
  });
});
