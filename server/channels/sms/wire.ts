import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import smpp from 'smpp';
import { REASONS } from '../../../contract/reasons.ts';
import { tlsProblem } from '../tls.ts';

/** The longest PDU taken; a longer length is a stream out of step. */
const LONGEST = 16_384;
const RESPONSE = 0x80000000;

export const COMMAND = {
  genericNack: 0x80000000,
  submitResponse: 0x80000004,
  deliver: 0x00000005,
  unbind: 0x00000006,
  bindTransceiverResponse: 0x80000009,
  dataSm: 0x00000103,
  enquireLink: 0x00000015,
} as const;

export interface Answer {
  /** command_status; 0 is success. */
  status: number;
  /** The first C-octet string of the body: message_id or system_id. */
  text: string;
}

interface Pending {
  answered: (answer: Answer | null) => void;
  deadline: number;
}

export interface WireOptions {
  host: string;
  port: number;
  tls: boolean;
  /** How long an answer may take. */
  responseMilliseconds: number;
  onConnected: () => void;
  /** Once; every pending request is answered with null right after. */
  onClosed: (reason: string) => void;
  /** A whole request of the other end, except enquire_link, which is answered here. */
  onRequest: (command: number, frame: Buffer) => void;
}

/**
 * One SMPP connection: frames, sequence numbers, answers with a deadline. Encodes with npm's `smpp`; its Session is not used, since it
 * has no timeout, loses what is pending when it closes, stops for good at a broken PDU and writes one packet for each PDU.
 */
export class SmppWire {
  readonly #options: WireOptions;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #sweep: NodeJS.Timeout;
  #rest: Buffer = Buffer.alloc(0);
  #sequence = 0;
  #corked = false;
  #closed = false;
  #reason: string = REASONS.say('closed-there');

  constructor(options: WireOptions) {
    this.#options = options;
    const { host, port } = options;
    this.#socket = options.tls
      ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }) }, options.onConnected)
      : connectTcp({ host, port }, options.onConnected);
    this.#socket.setNoDelay(true);
    this.#socket.setTimeout(options.responseMilliseconds, () => {
      if (this.#socket.connecting) this.destroy(REASONS.say('no-connect-in-time'));
    });
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#reason = tlsProblem(error.code) ?? error.code ?? error.message;
    });
    this.#socket.on('close', () => this.#close());
    this.#sweep = setInterval(() => this.#expire(), Math.min(1000, Math.max(50, options.responseMilliseconds / 4)));
    this.#sweep.unref();
  }

  /** Whether what is written now still leaves. */
  get open(): boolean {
    return !this.#closed && this.#socket.writable;
  }

  /** Sends a request. `answered` is called once: with the answer, or with null when none came in time or the connection was lost. */
  request(command: string, fields: Record<string, unknown>, answered: (answer: Answer | null) => void): void {
    if (this.#closed) {
      answered(null);
      return;
    }
    this.#sequence = this.#sequence >= 0x7fffffff ? 1 : this.#sequence + 1;
    const pdu = new smpp.PDU(command, { ...fields, sequence_number: this.#sequence });
    this.#pending.set(this.#sequence, { answered, deadline: Date.now() + this.#options.responseMilliseconds });
    this.#write(pdu.toBuffer());
  }

  /** Answers a request of the other end: header, and an empty message_id where `deliver_sm_resp` and `data_sm_resp` have one. */
  answer(command: number, sequence: number, status = 0): void {
    const body = status === 0 && (command === COMMAND.deliver || command === COMMAND.dataSm) ? 1 : 0;
    const frame = Buffer.alloc(16 + body);
    frame.writeUInt32BE(frame.length, 0);
    frame.writeUInt32BE(command === COMMAND.genericNack ? command : (command | RESPONSE) >>> 0, 4);
    frame.writeUInt32BE(status, 8);
    frame.writeUInt32BE(sequence, 12);
    this.#write(frame);
  }

  end(): void {
    this.#reason = REASONS.say('closed-here');
    this.#socket.end();
  }

  destroy(reason: string): void {
    this.#reason = reason;
    this.#socket.destroy();
  }

  /** One packet for all that is written in a tick. */
  #write(bytes: Buffer): void {
    if (this.#closed || this.#socket.destroyed) return;
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
  }

  #read(bytes: Buffer): void {
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    while (data.length >= 4) {
      const length = data.readUInt32BE(0);
      if (length < 16 || length > LONGEST) {
        this.destroy(REASONS.say('smsc-huge', { bytes: length }));
        return;
      }
      if (data.length < length) break;
      this.#handle(data.subarray(0, length));
      data = data.subarray(length);
    }
    this.#rest = data.length > 0 ? Buffer.from(data) : Buffer.alloc(0);
  }

  #handle(frame: Buffer): void {
    const command = frame.readUInt32BE(4);
    const sequence = frame.readUInt32BE(12);
    if (command >= RESPONSE) {
      const pending = this.#pending.get(sequence);
      if (!pending) return; // it came after its deadline
      this.#pending.delete(sequence);
      const end = frame.indexOf(0, 16);
      pending.answered({
        status: frame.readUInt32BE(8),
        text: frame.length > 16 ? frame.toString('latin1', 16, end < 0 ? frame.length : end) : '',
      });
      return;
    }
    if (command === COMMAND.enquireLink) this.answer(command, sequence);
    else this.#options.onRequest(command, Buffer.from(frame));
  }

  #expire(): void {
    const now = Date.now();
    for (const [sequence, pending] of this.#pending) {
      if (pending.deadline > now) break; // in the order of their deadlines
      this.#pending.delete(sequence);
      pending.answered(null);
    }
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#sweep);
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    this.#options.onClosed(this.#reason); // first, so that nothing new is given to this connection
    for (const pending of lost) pending.answered(null);
  }
}

const NAMES = new Map(Object.entries(smpp.errors).map(([name, code]): [number, string] => [code, name]));

/** "ESME_RINVPASWD", or the number in hexadecimal. */
export const statusName = (status: number): string => NAMES.get(status) ?? `status 0x${status.toString(16)}`;
