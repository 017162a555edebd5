import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer as createTcp, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Smsc, startSmsc } from '../../example/smsc.ts';
import { type Authority, type Identity, makeAuthority } from '../../tests/support/certificates.ts';
import { rootFolder } from '../platform/root-folder.ts';
import type { RouteToOpen } from './open-channel.ts';
import { tlsProblem } from './tls.ts';

// Servers with certificates at the other end, and a process for each route that trusts the authority, or does not.
const folder = mkdtempSync(join(tmpdir(), 'filodiretto-tls-'));
const authorityFile = join(folder, 'authority.pem');
const closing: (() => Promise<unknown>)[] = [];
let authority: Authority;
let smsc: Smsc;
const mails: string[] = [];

beforeAll(async () => {
  authority = await makeAuthority();
  writeFileSync(authorityFile, authority.authority);
  smsc = await startSmsc();
  closing.push(() => smsc.close());
});
afterAll(async () => {
  for (const close of closing) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function listening(server: Server): Promise<number> {
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** An SMSC that is reached over TLS only. */
const secureSmsc = (identity: Identity): Promise<number> =>
  listening(
    createTls(identity, (customer) => {
      const inner = connect(smsc.port, '127.0.0.1');
      customer.pipe(inner).pipe(customer);
      for (const socket of [customer, inner]) socket.on('error', () => undefined);
    }).on('tlsClientError', () => undefined),
  );

const relay = (options: object): Promise<number> => {
  const smtp = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    onData: (stream, session, done) => {
      stream.resume().on('end', () => {
        mails.push(session.secure ? 'encrypted' : 'in clear');
        done(null);
      });
    },
    ...options,
  });
  smtp.on('error', () => undefined);
  return listening(smtp.server);
};

const sms = (port: number, host = 'localhost'): RouteToOpen => ({
  kind: 'smpp',
  config: { host, port, tls: true, systemId: 'o', systemType: '', sender: 'Lagonet', window: 1, perSecond: 10 },
  password: 'secret',
});
const mail = (port: number, tls: 'starttls' | 'implicit'): RouteToOpen => ({
  kind: 'smtp',
  config: { host: 'localhost', port, tls, user: '', from: 'care@lagonet.example', connections: 1, perSecond: 10 },
  password: '',
});

/** What came of one message by the route, sent by a process of its own. */
async function send(route: RouteToOpen, trusts: 'the authority' | 'nobody else'): Promise<object> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      fileURLToPath(new URL('../../tests/support/send-by-route.ts', import.meta.url)),
      JSON.stringify(route),
      route.kind === 'smpp' ? '+393331234567' : 'anna@example.org',
    ],
    {
      cwd: rootFolder,
      env: { ...process.env, NODE_EXTRA_CA_CERTS: trusts === 'the authority' ? authorityFile : '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  expect(output, errors).not.toBe('');
  expect(errors).not.toContain('Warning');
  return JSON.parse(output.split('\n')[0] ?? '') as object;
}

const UNTRUSTED = 'its certificate is from an authority that is not trusted here (UNABLE_TO_VERIFY_LEAF_SIGNATURE)';
const ANOTHER_NAME = 'its certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)';
const EXPIRED = 'its certificate has expired (CERT_HAS_EXPIRED)';

describe('a route over TLS', () => {
  test('given an SMSC, then a right certificate is taken and a wrong one is refused, with its reason', async () => {
    const right = await secureSmsc(await authority.issue('localhost'));
    expect(await send(sms(right), 'the authority')).toMatchObject({ kind: 'sent' });
    expect(smsc.messages()).toHaveLength(1);
    expect(await send(sms(right), 'nobody else')).toEqual({ kind: 'down', reason: UNTRUSTED });
    expect(await send(sms(right, '127.0.0.1'), 'the authority')).toEqual({ kind: 'down', reason: ANOTHER_NAME });
    const expired = await secureSmsc(await authority.issue('localhost', { expired: true }));
    expect(await send(sms(expired), 'the authority')).toEqual({ kind: 'down', reason: EXPIRED });
    expect(
      await send(sms(await listening(createTcp((socket) => socket.write('220 no TLS\r\n')))), 'the authority'),
    ).toEqual({
      kind: 'down',
      reason: 'it does not speak TLS on this port (ERR_SSL_WRONG_VERSION_NUMBER)',
    });
    expect(smsc.messages()).toHaveLength(1);
  });

  test.each(['implicit', 'starttls'] as const)(
    'given a relay (%s), then a right certificate is taken and a wrong one is refused, with its reason',
    async (tls) => {
      const secure = tls === 'implicit';
      mails.length = 0;
      const right = await relay({ ...(await authority.issue('localhost')), secure });
      expect(await send(mail(right, tls), 'the authority')).toMatchObject({ kind: 'sent' });
      expect(mails).toEqual(['encrypted']);
      expect(await send(mail(right, tls), 'nobody else')).toEqual({ kind: 'down', reason: UNTRUSTED });
      const other = await relay({ ...(await authority.issue('relay.example')), secure });
      expect(await send(mail(other, tls), 'the authority')).toEqual({ kind: 'down', reason: ANOTHER_NAME });
      const expired = await relay({ ...(await authority.issue('localhost', { expired: true })), secure });
      expect(await send(mail(expired, tls), 'the authority')).toEqual({ kind: 'down', reason: EXPIRED });
      const plain = await relay({ disabledCommands: ['STARTTLS'] });
      expect(await send(mail(plain, tls), 'the authority')).toEqual({
        kind: 'down',
        reason: secure
          ? 'it does not speak TLS on this port (ERR_SSL_WRONG_VERSION_NUMBER)'
          : 'it does not offer encryption (STARTTLS)',
      });
      expect(mails).toEqual(['encrypted']);
    },
  );

  test('given an error about something else, then it is no matter of TLS', () => {
    expect([tlsProblem('ECONNREFUSED'), tlsProblem(undefined)]).toEqual([null, null]);
  });
});
