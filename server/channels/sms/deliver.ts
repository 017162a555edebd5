import { REASONS } from '../../../contract/reasons.ts';
import { decodeText } from './segments.ts';

/** What a deliver_sm says (SMPP 3.4, 4.6.1), read from its bytes. */
export interface Deliver {
  sequence: number;
  source: string;
  sourceTon: number;
  destination: string;
  esmClass: number;
  dataCoding: number;
  /** With its header, when there is one. */
  message: Buffer;
  options: Map<number, Buffer>;
}

const TLV = {
  receiptedMessageId: 0x001e,
  sarReference: 0x020c,
  sarTotal: 0x020e,
  sarNumber: 0x020f,
  payload: 0x0424,
  messageState: 0x0427,
} as const;

/** Reads a whole PDU. Null when it is too short or inconsistent to be understood; lengths that lie are cut to what is there. */
export function readDeliver(frame: Buffer): Deliver | null {
  let offset = 16;
  const byte = (): number => {
    const value = frame[offset];
    if (value === undefined) throw new RangeError('short');
    offset++;
    return value;
  };
  const string = (): string => {
    const end = frame.indexOf(0, offset);
    if (end < 0) throw new RangeError('short');
    const value = frame.toString('latin1', offset, end);
    offset = end + 1;
    return value;
  };
  try {
    const sequence = frame.readUInt32BE(12);
    string(); // service_type
    const sourceTon = byte();
    byte();
    const source = string();
    byte();
    byte();
    const destination = string();
    const esmClass = byte();
    byte(); // protocol_id
    byte(); // priority_flag
    string(); // schedule_delivery_time
    string(); // validity_period
    byte(); // registered_delivery
    byte(); // replace_if_present_flag
    const dataCoding = byte();
    byte(); // sm_default_msg_id
    const length = byte();
    let message = frame.subarray(offset, offset + length);
    offset += length;
    const options = new Map<number, Buffer>();
    while (offset + 4 <= frame.length) {
      const tag = frame.readUInt16BE(offset);
      const size = frame.readUInt16BE(offset + 2);
      options.set(tag, frame.subarray(offset + 4, offset + 4 + size));
      offset += 4 + size;
    }
    if (message.length === 0) message = options.get(TLV.payload) ?? message;
    return { sequence, source, sourceTon, destination, esmClass, dataCoding, message, options };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

export interface SmscReceipt {
  /** Under which the submit may have been answered: of the option first, then of the text. */
  ids: string[];
  /** Null: not final, or unknown. */
  state: 'delivered' | 'failed' | null;
  reason: string | null;
}

/** By its word in the text (SMPP 3.4, appendix B) and its number in message_state (5.2.28). */
const STATES: Record<string, { word: string; state: SmscReceipt['state'] }> = {
  DELIVRD: { word: 'delivered', state: 'delivered' },
  EXPIRED: { word: REASONS.say('expired'), state: 'failed' },
  DELETED: { word: REASONS.say('deleted'), state: 'failed' },
  UNDELIV: { word: REASONS.say('undeliverable'), state: 'failed' },
  REJECTD: { word: REASONS.say('rejected'), state: 'failed' },
};
const STATE_NUMBERS: Record<number, string> = { 2: 'DELIVRD', 3: 'EXPIRED', 4: 'DELETED', 5: 'UNDELIV', 8: 'REJECTD' };

/** A delivery receipt, or null when the PDU is an ordinary message. Whatever is missing or misspelt in the text is left out. */
export function readReceipt(deliver: Deliver): SmscReceipt | null {
  const named = optionString(deliver.options.get(TLV.receiptedMessageId));
  const isReceipt = (deliver.esmClass & 0x3c) === 0x04 || named !== null;
  if (!isReceipt) return null;
  const text = deliver.message.toString('latin1');
  const { id, stat, err } = readReceiptText(text);
  const ids = [...new Set([named, id].filter((value): value is string => value !== null && value !== ''))];
  const number = deliver.options.get(TLV.messageState)?.[0];
  const word = (number === undefined ? undefined : STATE_NUMBERS[number]) ?? stat ?? '';
  const known = STATES[word];
  const state = known?.state ?? null;
  const why = known?.word ?? '';
  const error = err && !/^0*$/.test(err) ? err : null;
  const said = error ? REASONS.say('network-says-error', { why, error }) : REASONS.say('network-says', { why });
  return { ids, state, reason: state === 'failed' ? said : null };
}

/** The fields of a receipt's text (SMPP 3.4, appendix B); absent ones are null. Never throws. */
export function readReceiptText(text: string): { id: string | null; stat: string | null; err: string | null } {
  const field = (name: string): string | null =>
    new RegExp(`(?:^|[^a-z])${name}:\\s*([^\\s]{1,65})`, 'i').exec(text.slice(0, 1000))?.[1] ?? null;
  return { id: field('id'), stat: field('stat')?.toUpperCase() ?? null, err: field('err') };
}

function optionString(value: Buffer | undefined): string | null {
  if (!value) return null;
  const end = value.indexOf(0);
  return value.toString('latin1', 0, end < 0 ? value.length : end);
}

/** An ordinary message: its text, and which part it is, by user data header (TS 23.040, 9.2.3.24) or sar options (SMPP 3.4, 5.3.2.22). */
export function readMessage(deliver: Deliver): {
  text: string;
  part: { reference: number; number: number; total: number } | null;
} {
  let body = deliver.message;
  let part: { reference: number; number: number; total: number } | null = null;
  if (deliver.esmClass & 0x40 && body.length > 0) {
    const end = 1 + (body[0] ?? 0);
    for (let at = 1; at + 2 <= end && at + 2 <= body.length; at += 2 + (body[at + 1] ?? 0)) {
      const element = body[at];
      const value = body.subarray(at + 2, at + 2 + (body[at + 1] ?? 0));
      if (element === 0x00 && value.length === 3)
        part = { reference: value[0] ?? 0, total: value[1] ?? 0, number: value[2] ?? 0 };
      if (element === 0x08 && value.length === 4)
        part = { reference: value.readUInt16BE(0), total: value[2] ?? 0, number: value[3] ?? 0 };
    }
    body = body.subarray(Math.min(end, body.length));
  }
  const reference = deliver.options.get(TLV.sarReference);
  const total = deliver.options.get(TLV.sarTotal)?.[0];
  const number = deliver.options.get(TLV.sarNumber)?.[0];
  if (!part && reference && reference.length >= 2 && total !== undefined && number !== undefined)
    part = { reference: reference.readUInt16BE(0), total, number };
  if (part && (part.total < 2 || part.number < 1 || part.number > part.total)) part = null;
  return { text: decodeText(body, deliver.dataCoding), part };
}
