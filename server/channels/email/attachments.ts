import { isUtf8 } from 'node:buffer';
import { fileTypeFromBuffer } from 'file-type';
import type { AttachmentProblem } from './mail.ts';

const LONGEST_NAME = 120;
/** How much of a content is looked at: enough for the heads of packed documents, and no unpacking of what lies behind. */
const LOOKED_AT = 131_072;

/** Names that Windows takes for devices. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** Control characters, and those that turn the direction of writing or are not seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFF0-\uFFFF]/gu;

/** A name that is safe on every system and shows its true ending; `fallback` when nothing is left. */
export function safeName(given: string, fallback: string): string {
  const base = given.slice(0, 2000).replace(UNSEEN, '').split(/[\\/]/).at(-1) ?? '';
  const plain = base
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const name = DEVICES.test(plain) ? `_${plain}` : plain;
  if (!name) return fallback;
  const characters = [...name];
  if (characters.length <= LONGEST_NAME) return name;
  const ending = /\.[^.]{1,12}$/.exec(name)?.[0] ?? '';
  return characters.slice(0, LONGEST_NAME - [...ending].length).join('') + ending;
}

const PROGRAM_NAMES =
  /\.(exe|com|bat|cmd|scr|pif|cpl|msi|msp|mst|dll|sys|ps1|psm1|vbs|vbe|js|jse|mjs|ws|wsf|wsh|hta|lnk|url|scf|reg|jar|jnlp|app|apk|dmg|pkg|deb|rpm|sh|bash|command|run|iso|img|vhd|vhdx|chm|gadget|inf|one|appx|msix|xll|library-ms|settingcontent-ms)$/i;
const PROGRAM_TYPES =
  /^application\/(x-msdownload|x-dosexec|vnd\.microsoft\.portable-executable|x-elf|x-mach-binary|x-executable|x-ms-shortcut|x-apple-diskimage|java-archive|java-vm|x-msi|vnd\.android\.package-archive|x-deb|x-rpm|x-sh|javascript)$|^text\/javascript$/;
const MACRO_NAMES = /\.(docm|dotm|xlsm|xltm|xlam|xlsb|pptm|potm|ppsm|ppam|sldm)$/i;
const MACRO_TYPES = /macroenabled/i;
const PAGES = /^(text\/html|image\/svg\+xml|application\/xhtml\+xml)$/;

/** Declared types that only say that nobody knew. */
const UNSPECIFIC = new Set([
  '',
  'application/octet-stream',
  'application/x-octet-stream',
  'application/unknown',
  'application/download',
  'application/force-download',
  'binary/octet-stream',
  'application/binary',
]);

/** Declared and found types that go together though they differ. */
const KIN: readonly RegExp[] = [
  /^(application\/(zip|x-zip-compressed|x-zip|vnd\.(openxmlformats|oasis|ms-)[\w.+-]*|epub\+zip|x-7z-compressed|x-compressed))$/,
  /^(application\/(x-cfb|msword|vnd\.ms-[\w.+-]*|vnd\.visio|x-msi|vnd\.ms-outlook|ms-tnef))$/,
  /^(application\/(pdf|x-pdf)|text\/pdf)$/,
  /^image\/(jpe?g|pjpeg|jpg)$/,
  /^image\/(x-ms-bmp|bmp|x-windows-bmp)$/,
  /^image\/(hei[cf](-sequence)?|avif)$/,
  /^(audio|video)\/(mp4|x-m4a|m4a|quicktime|3gpp2?|x-m4v|aac|mpeg|mp3|ogg|opus|amr|webm)$|^application\/ogg$/,
  /^(application\/(pkcs7-(signature|mime)|x-pkcs7-(signature|mime)|pgp-signature|pgp-keys|pgp-encrypted|octet-stream))$/,
  /^(text\/.*|application\/(json|xml|rtf|x-rtf|csv|ics|.*\+xml|.*\+json)|message\/.*|image\/svg\+xml)$/,
];

/** Types whose contents always tell what they are. */
const TELLING =
  /^(image\/(png|p?jpe?g|gif|webp|bmp|tiff?)|application\/(pdf|zip|gzip|x-gzip|msword|vnd\.openxmlformats.*)|audio\/.*|video\/.*)$/;

export interface JudgedContent {
  /** By content. */
  type: string;
  problem: AttachmentProblem | null;
}

/** What a content is, whatever it is called, and what speaks against opening it. Nothing is unpacked. */
export async function judgeContent(content: Buffer, name: string, declared: string): Promise<JudgedContent> {
  const head = content.subarray(0, LOOKED_AT);
  const type = (await typeOf(head)) ?? textType(head, content.length, declared, name) ?? opaqueType(declared);
  return { type, problem: problemOf(content, name, declared, type) };
}

async function typeOf(head: Buffer): Promise<string | null> {
  try {
    return (await fileTypeFromBuffer(head))?.mime ?? null;
  } catch {
    return null; // a broken archive
  }
}

function textType(head: Buffer, size: number, declared: string, name: string): string | null {
  if (head.length === 0) return UNSPECIFIC.has(declared) ? null : declared;
  if (head.includes(0)) return null;
  // The last character of a head may be cut.
  const whole = size > head.length ? head.subarray(0, Math.max(0, head.lastIndexOf(0x0a)) || head.length - 4) : head;
  const start = head
    .subarray(0, 2048)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (/^(<!--[^>]*-->\s*)?(<!doctype html|<html|<head|<body|<script|<iframe)/i.test(start)) return 'text/html';
  if (/^(<\?xml[^>]*>\s*)?(<!--[^>]*-->\s*|<!doctype svg[^>]*>\s*)*<svg[\s>]/i.test(start)) return 'image/svg+xml';
  if (/^#!/.test(start)) return 'application/x-sh';
  if (/^(text\/|message\/|application\/(json|xml|.*\+xml|.*\+json|pgp-))/.test(declared)) return declared;
  if (!isUtf8(whole)) return null;
  if (/\.csv$/i.test(name)) return 'text/csv';
  if (/\.eml$/i.test(name)) return 'message/rfc822';
  return start.startsWith('<?xml') ? 'application/xml' : 'text/plain';
}

/** Of bytes that tell nothing: signatures and the like are believed, pictures and programs are not. */
const opaqueType = (declared: string): string =>
  /^(application\/(x-)?pkcs7-|application\/ms-tnef|text\/)/.test(declared) ? declared : 'application/octet-stream';

function problemOf(content: Buffer, name: string, declared: string, type: string): AttachmentProblem | null {
  if (PROGRAM_NAMES.test(name) || PROGRAM_TYPES.test(type)) return 'program';
  if (MACRO_NAMES.test(name) || MACRO_TYPES.test(type) || PAGES.test(type) || isActive(content, type))
    return 'active content';
  if (UNSPECIFIC.has(declared) || declared === type || content.length === 0) return null;
  if (type === 'application/octet-stream') return TELLING.test(declared) ? 'misleading type' : null;
  return KIN.some((kin) => kin.test(declared) && kin.test(type)) ? null : 'misleading type';
}

/** Macros in an old Office document; programs, started files and forms that send in a PDF. */
function isActive(content: Buffer, type: string): boolean {
  if (type === 'application/x-cfb' || type === 'application/msword')
    return (
      content.includes(Buffer.from('_VBA_PROJECT', 'utf16le')) || content.includes(Buffer.from('Macros', 'utf16le'))
    );
  if (type === 'application/pdf')
    return ['/JavaScript', '/JS', '/Launch', '/SubmitForm'].some((word) => hasName(content, word));
  return /officedocument|application\/zip/.test(type) && content.includes('vbaProject.bin');
}

/** A name of PDF ends at a delimiter: /JS is not /JSomething. */
function hasName(content: Buffer, name: string): boolean {
  for (let at = content.indexOf(name); at >= 0; at = content.indexOf(name, at + 1))
    if (!/[A-Za-z0-9_-]/.test(String.fromCharCode(content[at + name.length] ?? 0x20))) return true;
  return false;
}
