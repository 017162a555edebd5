import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDeliver, readMessage, readReceipt, readReceiptText } from './deliver.ts';
import { COMMAND, SmppWire } from './wire.ts';

/** A file like `{"pdus": [{"name", "hex"}], "delivery_receipts": [text]}`: the PDUs of cloudhopper-smpp's unit tests (Apache-2.0), not shipped here. */
const FILE = process.env.FILODIRETTO_SMPP_PDUS ?? '';
const present = FILE !== '' && existsSync(FILE);
const corpus: { pdus: { name: string; hex: string }[]; delivery_receipts: unknown[] } = present
  ? JSON.parse(readFileSync(FILE, 'utf8'))
  : { pdus: [], delivery_receipts: [] };

describe.skipIf(!present)('PDUs of other networks (FILODIRETTO_SMPP_PDUS names the file; skipped without it)', () => {
  let server: Server;
  let give: Buffer = Buffer.alloc(0);
  const sockets = new Set<Socket>();
  const wires: SmppWire[] = [];
  beforeAll(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.write(give);
      // The answer to an enquire_link behind it tells that the wire is still in step.
      socket.write(Buffer.from('00000010000000150000000000c0ffee', 'hex'));
      socket.on('data', (bytes: Buffer) => socket.emit('answer', bytes));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    for (const wire of wires) wire.destroy('the tests are over');
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const decode = (frame: Buffer): void => {
    const deliver = readDeliver(frame);
    if (!deliver) return;
    readReceipt(deliver);
    readMessage(deliver);
  };

  test('the file has some', () => expect(corpus.pdus.length).toBeGreaterThan(0));

  test.each(corpus.pdus)('$name, whole and cut anywhere: reading it ends, and never throws', ({ hex }) => {
    const whole = Buffer.from(hex, 'hex');
    for (let end = 0; end <= whole.length; end++) decode(whole.subarray(0, end));
    for (let at = 16; at < whole.length; at++) {
      const lying = Buffer.from(whole);
      lying[at] = 0xff;
      decode(lying);
    }
  });

  test.each(corpus.pdus)('$name on the wire: the connection goes on, waits for the rest, or ends', async ({ hex }) => {
    give = Buffer.from(hex, 'hex');
    const reached = await new Promise<Socket>((resolve) => {
      server.once('connection', resolve);
      const { port } = server.address() as AddressInfo;
      const wire = new SmppWire({
        host: '127.0.0.1',
        port,
        tls: false,
        responseMilliseconds: 5000,
        onConnected: () => {},
        onClosed: () => {},
        onRequest: (command, frame) => {
          if (command === COMMAND.deliver || command === COMMAND.dataSm) decode(frame);
        },
      });
      wires.push(wire);
    });
    const how = await new Promise<string>((resolve) => {
      reached.on('close', () => resolve('ended'));
      reached.on('answer', (bytes: Buffer) => {
        if (bytes.includes(Buffer.from('00c0ffee', 'hex'))) resolve('goes on');
      });
      setTimeout(() => resolve('waits'), 300).unref();
    });
    reached.destroy();
    // Out of step only where the bytes themselves are: a whole PDU never costs the connection.
    if (isWhole(give)) expect(how).toBe('goes on');
    else expect(['ended', 'waits']).toContain(how);
  });

  test.each(corpus.delivery_receipts.map((text) => [JSON.stringify(text)]))(
    'the receipt text %s is read without an error',
    (text) => {
      readReceiptText(text);
    },
  );
});

/** Whether the bytes are one or more PDUs with true lengths. */
function isWhole(bytes: Buffer): boolean {
  let at = 0;
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    if (length < 16 || length > 16_384) return false;
    at += length;
  }
  return at === bytes.length;
}
