import fc from 'fast-check';
import smpp from 'smpp';
import { describe, expect, test } from 'vitest';
import { type Deliver, readDeliver, readMessage, readReceipt, readReceiptText } from './deliver.ts';

const deliver = (fields: Record<string, unknown>): Deliver => {
  const read = readDeliver(
    new smpp.PDU('deliver_sm', {
      source_addr_ton: 1,
      source_addr: '393331234567',
      sequence_number: 9,
      ...fields,
    }).toBuffer(),
  );
  if (!read) throw new Error('not understood');
  return read;
};

describe('what the SMSC delivers', () => {
  // Receipts as SMSCs really write them: cloudhopper-smpp's test data (Apache-2.0).
  test.each([
    [
      'id:0123456789 sub:002 dlvrd:001 submit date:1005232039 done date:1005242339 stat:DELIVRD err:012 text:This is a sample mes',
      '0123456789',
      'DELIVRD',
      '012',
    ],
    [
      'id:0123456789 su:002 dlvrd:001 submit date:1005232039 done date:1005242339 stat:DELIVRD err:21b text:This',
      '0123456789',
      'DELIVRD',
      '21b',
    ],
    [
      'id:0123456789 sub:002 dlvrd:001 submit date:1005232039 done date:1005242339 sat:DELIVRD err:012 text:This',
      '0123456789',
      null,
      '012',
    ],
    [
      'id:2E179B310EDE971B2760C72B7F026E1B submit date:20110314181534 done date:20110314181741 stat:DELIVRD err:0',
      '2E179B310EDE971B2760C72B7F026E1B',
      'DELIVRD',
      '0',
    ],
    [
      'id:74e02ee1-4e2f-4a6e-a78b-4b247d756a22 sub:001 dlvrd:001 submit date:110206193041 done date:110206193110 stat:DELIVRD err:000 text:',
      '74e02ee1-4e2f-4a6e-a78b-4b247d756a22',
      'DELIVRD',
      '000',
    ],
    [
      'id:4 sub:001 dlvrd:001 submit date:1006020051 done date:1006020051 stat:delivrd err:000 Text:Hello',
      '4',
      'DELIVRD',
      '000',
    ],
    ['', null, null, null],
  ])('the text of a receipt is read as far as it goes (case %#)', (text, id, stat, err) => {
    expect(readReceiptText(text)).toEqual({ id, stat, err });
  });

  test('given the option and the text name different ids (hexadecimal and decimal), then both are tried, the option first', () => {
    // A real PDU: text id 0059113978, option 38601fa.
    const frame = Buffer.from(
      '000000ba00000005000000000000000200010134343935313336313932300001013430343034000400000000000000006e69643a30303539313133393738207375623a30303120646c7672643a303031207375626d697420646174653a3130303231303137333020646f6e6520646174653a3130303231303137333120737461743a44454c49565244206572723a30303020746578743a4024232125262f3a000e0001010006000101001e000833383630316661000427000102',
      'hex',
    );
    const read = readDeliver(frame);
    expect(read && readReceipt(read)).toEqual({ ids: ['38601fa', '0059113978'], state: 'delivered', reason: null });
  });

  test.each([
    ['DELIVRD', 'delivered'],
    ['UNDELIV', 'failed'],
    ['EXPIRED', 'failed'],
    ['DELETED', 'failed'],
    ['REJECTD', 'failed'],
    ['ENROUTE', null],
    ['ACCEPTD', null],
    ['BADSTAT', null],
  ])('stat:%s means %s', (stat, state) => {
    const short_message = Buffer.from(`id:1 stat:${stat} err:000 text:`);
    expect(readReceipt(deliver({ esm_class: 4, short_message }))?.state).toBe(state);
  });

  test('given the option says the state and the text is void, then the option decides', () => {
    expect(readReceipt(deliver({ esm_class: 4, receipted_message_id: 'x1', message_state: 5 }))).toEqual({
      ids: ['x1'],
      state: 'failed',
      reason: 'the network says: undeliverable',
    });
  });

  test('given an ordinary message, then it is no receipt', () => {
    expect(readReceipt(deliver({ short_message: Buffer.from('id:1 stat:DELIVRD') }))).toBeNull();
  });

  test('given a payload option instead of a short message, then its text is read', () => {
    const read = deliver({ message_payload: Buffer.from('STOP') });
    expect(readMessage(read)).toEqual({ text: 'STOP', part: null });
  });

  test('given part options of SMPP or a header with a 16-bit reference, then the part is known', () => {
    expect(
      readMessage(
        deliver({
          short_message: Buffer.from('a'),
          sar_msg_ref_num: 300,
          sar_total_segments: 2,
          sar_segment_seqnum: 1,
        }),
      ).part,
    ).toEqual({ reference: 300, number: 1, total: 2 });
    expect(readMessage(deliver({ esm_class: 0x40, short_message: Buffer.from([6, 8, 4, 1, 44, 3, 2, 0x61]) }))).toEqual(
      { text: 'a', part: { reference: 300, number: 2, total: 3 } },
    );
    expect(
      readMessage(deliver({ esm_class: 0x40, short_message: Buffer.from([5, 0, 3, 1, 2, 9, 0x61]) })).part,
    ).toBeNull();
  });

  test('whatever bytes come, reading never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const frame = Buffer.concat([Buffer.alloc(16), Buffer.from(bytes)]);
        const read = readDeliver(frame);
        if (read) {
          readReceipt(read);
          readMessage(read);
        }
      }),
    );
    const whole = new smpp.PDU('deliver_sm', {
      source_addr: '39333',
      short_message: Buffer.from([5, 0, 3, 1, 2, 1, 0x61]),
      esm_class: 0x40,
    }).toBuffer();
    for (let length = 0; length < whole.length; length++) {
      const read = readDeliver(whole.subarray(0, length));
      if (read) readMessage(read);
    }
  });
});
