import { describe, expect, it } from 'vitest';
import { browserName } from './browser-name.ts';
import { totpKey } from './totp-key.ts';

describe('the name of a browser', () => {
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox · Windows'],
    [
      'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0',
      'Edge · Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1',
      'Safari · iOS',
    ],
    ['curl/8.5.0', 'curl/8.5.0'],
    [null, null],
  ])('is read from %s', (userAgent, name) => {
    expect(browserName(userAgent)).toBe(name);
  });
});

describe('the key of a second factor', () => {
  it('is shown in groups of four', () => {
    expect(totpKey('otpauth://totp/Lago:elena?secret=ABCDEFGHIJ&issuer=Lago')).toBe('ABCD EFGH IJ');
  });

  it('is empty where the address has none', () => {
    expect(totpKey('otpauth://totp/x')).toBe('');
  });
});
