import { createHash, randomInt } from 'node:crypto';
import { REASONS } from '../../../contract/reasons.ts';
import type { SmppConfig } from '../../../contract/settings.ts';
import {
  type ChannelEvents,
  type OutgoingChannel,
  type OutgoingMessage,
  RECONNECT_MILLISECONDS,
  reconnectDelay,
  type SendResult,
} from '../channel.ts';
import { ThroughputLimit } from '../throughput.ts';
import { readDeliver, readMessage, readReceipt } from './deliver.ts';
import { segment } from './segments.ts';
import { type Answer, COMMAND, SmppWire, statusName } from './wire.ts';

export interface SmsChannelOptions {
  /** How long the SMSC may take for an answer before its fate is unknown. */
  responseMilliseconds: number;
  /** How often a silent connection is asked whether it lives. */
  enquireMilliseconds: number;
  reconnectMilliseconds: readonly number[];
  /** How long a message is offered again to an SMSC that says "too fast" before it goes back to its queue. */
  throttledMilliseconds: number;
}

const DEFAULTS: SmsChannelOptions = {
  responseMilliseconds: 30_000,
  enquireMilliseconds: 30_000,
  reconnectMilliseconds: RECONNECT_MILLISECONDS,
  throttledMilliseconds: 60_000,
};

/** Command statuses (SMPP 3.4, 5.1.3). */
const THROTTLED = 0x58;
const QUEUE_FULL = 0x14;
const SYSTEM_ERROR = 0x08;
const BINARY_PARTS = 0x40; // esm_class: user data header indicator
/** Refusals that are not about this message: another time it may be taken. */
const TEMPORARY = new Set([SYSTEM_ERROR, 0x04 /* RINVBNDSTS */, 0x45 /* RSUBMITFAIL */, 0x64 /* RX_T_APPN */]);
const FIRST_BACKOFF = 100;
const LONGEST_BACKOFF = 5000;

type PartResult =
  | { kind: 'accepted'; id: string }
  | { kind: 'refused'; reason: string; permanent: boolean }
  | { kind: 'not sent'; reason: string }
  | { kind: 'lost'; reason: string };

interface Part {
  fields: Record<string, unknown>;
  since: number;
  settle: (result: PartResult) => void;
}

/** Type of number and numbering plan of an address (SMPP 3.4, 5.2.5 and 5.2.6): a name, a short code, an international number. */
export function addressKind(address: string): { ton: number; npi: number; address: string } {
  if (!/^\+?\d+$/.test(address)) return { ton: 5, npi: 0, address };
  const digits = address.replace('+', '');
  if (digits.length <= 6) return { ton: 3, npi: 0, address: digits };
  return { ton: 1, npi: 1, address: digits };
}

/** SMPP 3.4 as transceiver: a window, a limit of throughput, reconnecting; long texts in parts; receipts and messages in. */
export class SmsChannel implements OutgoingChannel {
  readonly window: number;
  readonly #config: SmppConfig & { password: string };
  readonly #events: ChannelEvents;
  readonly #options: SmsChannelOptions;
  readonly #limit: ThroughputLimit;
  readonly #source: ReturnType<typeof addressKind>;
  readonly #waiting: Part[] = [];
  #wire: SmppWire | null = null;
  #bound = false;
  #stopping = false;
  #inFlight = 0;
  #failures = 0;
  #backoff = 0;
  #backoffUntil = 0;
  #reference = randomInt(256);
  #again: NodeJS.Timeout | null = null;
  #reconnect: NodeJS.Timeout | null = null;
  #enquire: NodeJS.Timeout | null = null;

  constructor(
    config: SmppConfig & { password: string },
    events: ChannelEvents,
    options: Partial<SmsChannelOptions> = {},
  ) {
    this.#config = config;
    this.#events = events;
    this.#options = { ...DEFAULTS, ...options };
    this.#limit = new ThroughputLimit(config.perSecond);
    this.#source = addressKind(config.sender);
    this.window = config.window;
  }

  start(): void {
    this.#stopping = false;
    this.#connect();
  }

  async send(message: OutgoingMessage): Promise<SendResult> {
    if (!this.#bound || this.#stopping)
      return { kind: 'rejected', reason: REASONS.say('smsc-not-connected'), permanent: false, untried: true };
    if (!/^\+?\d{3,20}$/.test(message.to))
      return { kind: 'rejected', reason: REASONS.say('no-phone-number'), permanent: true };
    let parts: Record<string, unknown>[];
    try {
      parts = this.#submits(message);
    } catch (error) {
      if (error instanceof RangeError) return { kind: 'rejected', reason: error.message, permanent: true };
      throw error;
    }
    const results = parts.map(
      (fields) => new Promise<PartResult>((settle) => this.#waiting.push({ fields, since: performance.now(), settle })),
    );
    this.#pump();
    return summarize(await Promise.all(results));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of [this.#again, this.#reconnect]) if (timer) clearTimeout(timer);
    for (const part of this.#waiting.splice(0)) part.settle({ kind: 'not sent', reason: REASONS.say('stopping') });
    const wire = this.#wire;
    if (!wire) return;
    const deadline = performance.now() + Math.min(5000, this.#options.responseMilliseconds);
    while (this.#inFlight > 0 && this.#wire === wire && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    if (this.#wire !== wire) return;
    await new Promise<void>((resolve) => {
      const impatient = setTimeout(resolve, 1000);
      wire.request('unbind', {}, () => {
        clearTimeout(impatient);
        resolve();
      });
    });
    wire.destroy(REASONS.say('closed-here'));
    this.#lost(wire, 'closed');
  }

  #connect(): void {
    if (this.#stopping || this.#wire) return;
    const { host, port, tls, systemId, systemType, password } = this.#config;
    const wire: SmppWire = new SmppWire({
      host,
      port,
      tls,
      responseMilliseconds: this.#options.responseMilliseconds,
      onConnected: () => {
        const fields = { system_id: systemId, password, system_type: systemType, interface_version: 0x34 };
        wire.request('bind_transceiver', fields, (answer) => this.#bindAnswered(wire, answer));
      },
      onClosed: (reason) => this.#lost(wire, reason),
      onRequest: (command, frame) => void this.#requested(wire, command, frame),
    });
    this.#wire = wire;
  }

  #bindAnswered(wire: SmppWire, answer: Answer | null): void {
    if (this.#wire !== wire) return;
    if (!answer) {
      wire.destroy(REASONS.say('smsc-bind-silent'));
      return;
    }
    if (answer.status !== 0) {
      wire.destroy(REASONS.say('smsc-bind-refused', { status: statusName(answer.status) }));
      return;
    }
    this.#bound = true;
    this.#failures = 0;
    this.#enquire = setInterval(() => {
      wire.request('enquire_link', {}, (alive) => {
        if (!alive) wire.destroy(REASONS.say('smsc-link-silent'));
      });
    }, this.#options.enquireMilliseconds);
    this.#enquire.unref();
    this.#events.up();
    this.#pump();
  }

  /** The connection is gone: what was on the wire was answered as lost by the wire; what was not, is not sent. */
  #lost(wire: SmppWire, reason: string): void {
    if (this.#wire !== wire) return;
    this.#wire = null;
    this.#bound = false;
    if (this.#enquire) clearInterval(this.#enquire);
    for (const part of this.#waiting.splice(0))
      part.settle({ kind: 'not sent', reason: REASONS.say('smsc-not-connected') });
    if (this.#stopping) return;
    this.#failures++;
    this.#events.down(reason);
    this.#reconnect = setTimeout(
      () => this.#connect(),
      reconnectDelay(this.#failures, this.#options.reconnectMilliseconds),
    );
  }

  #submits(message: OutgoingMessage): Record<string, unknown>[] {
    this.#reference = (this.#reference + 1) & 0xff;
    const { dataCoding, header, parts } = segment(message.text, this.#reference);
    const to = message.to.replace('+', '');
    return parts.map((short_message) => ({
      source_addr_ton: this.#source.ton,
      source_addr_npi: this.#source.npi,
      source_addr: this.#source.address,
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: to,
      esm_class: header ? BINARY_PARTS : 0,
      validity_period: message.validUntil,
      registered_delivery: 1,
      data_coding: dataCoding,
      short_message,
      user_message_reference: shortReference(message.id),
    }));
  }

  #pump(): void {
    while (this.#wire?.open && this.#bound && this.#inFlight < this.#config.window) {
      if (this.#waiting.length === 0) return;
      const pause = this.#backoffUntil - performance.now();
      const wait = pause > 0 ? pause : this.#limit.take();
      if (wait > 0) {
        this.#again ??= setTimeout(() => {
          this.#again = null;
          this.#pump();
        }, wait);
        return;
      }
      const part = this.#waiting.shift();
      if (!part) return;
      this.#inFlight++;
      this.#wire.request('submit_sm', part.fields, (answer) => this.#answered(part, answer));
    }
  }

  #answered(part: Part, answer: Answer | null): void {
    this.#inFlight--;
    if (!answer) {
      part.settle({ kind: 'lost', reason: REASONS.say('smsc-no-answer') });
    } else if (answer.status === 0) {
      this.#backoff = 0;
      part.settle({ kind: 'accepted', id: answer.text });
    } else if (answer.status === THROTTLED || answer.status === QUEUE_FULL) {
      this.#throttled(part, answer.status);
    } else {
      const reason = REASONS.say('smsc-refuses', { status: statusName(answer.status) });
      part.settle({ kind: 'refused', reason, permanent: !TEMPORARY.has(answer.status) });
    }
    this.#pump();
  }

  /** It was surely not taken: offer it again, after a pause for the whole route that doubles while the SMSC goes on refusing. */
  #throttled(part: Part, status: number): void {
    const now = performance.now();
    if (now >= this.#backoffUntil) {
      this.#backoff = Math.min(LONGEST_BACKOFF, this.#backoff === 0 ? FIRST_BACKOFF : this.#backoff * 2);
      this.#backoffUntil = now + this.#backoff;
    }
    if (this.#stopping || !this.#bound || now - part.since > this.#options.throttledMilliseconds) {
      part.settle({
        kind: 'refused',
        reason: REASONS.say('smsc-busy', { status: statusName(status) }),
        permanent: false,
      });
      return;
    }
    this.#waiting.unshift(part);
  }

  async #requested(wire: SmppWire, command: number, frame: Buffer): Promise<void> {
    const sequence = frame.readUInt32BE(12);
    if (command === COMMAND.unbind) {
      wire.answer(command, sequence);
      wire.end();
      return;
    }
    if (command !== COMMAND.deliver) {
      wire.answer(COMMAND.genericNack, sequence, 0x03); // ESME_RINVCMDID
      return;
    }
    const deliver = readDeliver(frame);
    if (!deliver) {
      wire.answer(command, sequence, 0x02); // ESME_RINVCMDLEN: what nobody can read is refused, not taken and dropped
      return;
    }
    try {
      const receipt = readReceipt(deliver);
      if (receipt) {
        if (receipt.state && receipt.ids.length > 0) {
          await this.#events.receipt({
            routeMessageIds: receipt.ids,
            to: deliver.source === '' ? null : international(deliver.source, deliver.sourceTon),
            state: receipt.state,
            reason: receipt.reason,
          });
        }
      } else {
        // The sequence number differs when the same message is delivered again: it is no part of what was said.
        frame.fill(0, 12, 16);
        const sender = international(deliver.source, deliver.sourceTon);
        await this.#events.inbound({ sender, raw: frame, ...readMessage(deliver) });
      }
      wire.answer(command, sequence);
    } catch {
      wire.answer(command, sequence, SYSTEM_ERROR); // not stored: the SMSC keeps it and tries again
    }
  }
}

/** A number with +, unless it is a short code or a name. */
function international(address: string, ton: number): string {
  const digits = address.replace(/^\+|^00/, '');
  return /^\d{7,20}$/.test(digits) && (ton === 1 || ton === 0) ? `+${digits}` : address;
}

/** Sixteen bits of the message's id for user_message_reference (SMPP 3.4, 5.3.2.17). */
const shortReference = (id: string): number => createHash('sha1').update(id).digest().readUInt16BE(0);

function summarize(results: PartResult[]): SendResult {
  const ids = results.flatMap((result) => (result.kind === 'accepted' ? [result.id] : []));
  if (ids.length === results.length) return { kind: 'sent', routeMessageIds: ids };
  const lost = results.find((result) => result.kind === 'lost');
  if (lost?.kind === 'lost') return { kind: 'unknown', reason: lost.reason };
  if (ids.length > 0)
    return { kind: 'unknown', reason: REASONS.say('some-parts', { taken: ids.length, all: results.length }) };
  const refused = results.find((result) => result.kind === 'refused') ?? results[0];
  if (refused?.kind === 'refused') return { kind: 'rejected', reason: refused.reason, permanent: refused.permanent };
  return {
    kind: 'rejected',
    reason: refused?.kind === 'not sent' ? refused.reason : REASONS.say('nothing-to-send'),
    permanent: false,
    untried: true,
  };
}
