import type { Socket } from 'node:net';

export interface ImapBehaviour {
  /** Refuses user and password. */
  refuseLogin: boolean;
  /** Takes commands and never answers. */
  mute: boolean;
  /** Breaks the connection after this many bytes of mail, once (0: never). */
  cutAfterBytes: number;
}

export interface StoredMail {
  uid: number;
  raw: Buffer;
  receivedAt: Date;
  flags: Set<string>;
}

/** One mailbox with one folder, INBOX. */
export interface Mailbox {
  user: string;
  password: string;
  uidValidity: number;
  uidNext: number;
  mails: StoredMail[];
  behaviour: ImapBehaviour;
  counts: ImapStats;
}

export interface ImapStats {
  connections: number;
  logins: number;
  refused: number;
  fetched: number;
  stores: number;
}

const CAPABILITIES = 'IMAP4rev1 IDLE UIDPLUS SASL-IR AUTH=PLAIN LITERAL+';
const FLAGS = '\\Answered \\Flagged \\Deleted \\Seen \\Draft';
const MOST_LITERAL = 100_000;

/** One connection of a client. */
export class ImapSession {
  readonly #socket: Socket;
  readonly #mailbox: Mailbox;
  #received = Buffer.alloc(0);
  /** Of the command that is coming in: its text, with literals as quoted strings. */
  #command = '';
  #literal = 0;
  #authenticated = false;
  #selected: 'no' | 'read' | 'write' = 'no';
  /** How many mails the client knows of. */
  #known = 0;
  #idleTag: string | null = null;
  #plainTag: string | null = null;

  constructor(socket: Socket, mailbox: Mailbox) {
    this.#socket = socket;
    this.#mailbox = mailbox;
    socket.setNoDelay(true);
    socket.on('error', () => {}); // a client that breaks off
    socket.on('data', (chunk) => this.#take(chunk as Buffer));
    this.#say(`* OK [CAPABILITY ${CAPABILITIES}] Example ready`);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  tellNews(): void {
    if (this.#idleTag !== null) this.#sayNews();
  }

  tellRemoved(number: number): void {
    if (this.#selected === 'no' || number < 1) return;
    this.#known--;
    this.#say(`* ${number} EXPUNGE`);
  }

  #sayNews(): void {
    if (this.#selected === 'no' || this.#known >= this.#mailbox.mails.length) return;
    this.#known = this.#mailbox.mails.length;
    this.#say(`* ${this.#known} EXISTS`);
  }

  #say(line: string): void {
    if (!this.#mailbox.behaviour.mute) this.#socket.write(`${line}\r\n`);
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length > 0) {
      if (this.#literal > 0) {
        if (this.#received.length < this.#literal) return;
        const literal = this.#received.subarray(0, this.#literal).toString('utf8');
        this.#command += `"${literal.replace(/["\\]/g, '\\$&')}"`;
        this.#received = this.#received.subarray(this.#literal);
        this.#literal = 0;
        continue;
      }
      const end = this.#received.indexOf('\r\n');
      if (end < 0) return;
      const line = this.#received.subarray(0, end).toString('utf8');
      this.#received = this.#received.subarray(end + 2);
      const [, size, plus] = /\{(\d{1,6})(\+?)\}$/.exec(line) ?? [];
      if (size !== undefined && Number(size) <= MOST_LITERAL) {
        this.#command += line.slice(0, line.lastIndexOf('{'));
        this.#literal = Number(size);
        if (plus !== '+') this.#say('+ go on');
        continue;
      }
      const command = this.#command + line;
      this.#command = '';
      this.#answer(command);
    }
  }

  #answer(command: string): void {
    if (this.#idleTag !== null) {
      const tag = this.#idleTag;
      this.#idleTag = null;
      this.#say(`${tag} OK done`);
      return;
    }
    if (this.#plainTag !== null) {
      const tag = this.#plainTag;
      this.#plainTag = null;
      this.#authenticate(tag, command);
      return;
    }
    const [tag = '*', given = '', ...rest] = command.split(' ');
    const verb = given.toUpperCase();
    const words = rest.join(' ');
    const done = (text = `${verb} completed`): void => {
      this.#sayNews();
      this.#say(`${tag} OK ${text}`);
    };
    const [name = '', second = ''] = strings(words);
    const answers: Record<string, () => void> = {
      CAPABILITY: () => {
        this.#say(`* CAPABILITY ${CAPABILITIES}`);
        done();
      },
      NOOP: done,
      LOGIN: () => this.#login(tag, name, second),
      AUTHENTICATE: () => this.#beginPlain(tag, rest),
      LOGOUT: () => {
        this.#say('* BYE');
        this.#say(`${tag} OK bye`);
        this.#socket.end();
      },
      ...(this.#authenticated && {
        LIST: () => {
          this.#say(second === '' ? '* LIST (\\Noselect) "/" ""' : '* LIST (\\HasNoChildren) "/" INBOX');
          done();
        },
        SELECT: () => this.#select(tag, verb, name),
        EXAMINE: () => this.#select(tag, verb, name),
      }),
      ...(this.#selected !== 'no' && {
        IDLE: () => {
          this.#say('+ idling');
          this.#idleTag = tag;
          this.#sayNews();
        },
        CLOSE: () => {
          this.#selected = 'no';
          done();
        },
        UID: () => this.#byUid(tag, name.toUpperCase(), rest.slice(1).join(' '), done),
      }),
    };
    const answer = answers[verb];
    if (answer) answer();
    else this.#say(`${tag} BAD unknown command, or not now`);
  }

  #byUid(tag: string, kind: string, text: string, done: () => void): void {
    if (kind === 'SEARCH') this.#search(text, done);
    else if (kind === 'FETCH') this.#fetch(text, done);
    else if (kind === 'STORE') this.#store(tag, text, done);
    else this.#say(`${tag} BAD unknown command`);
  }

  #beginPlain(tag: string, [mechanism, initial]: readonly string[]): void {
    if (mechanism?.toUpperCase() !== 'PLAIN') this.#say(`${tag} NO unknown mechanism`);
    else if (initial !== undefined) this.#authenticate(tag, initial);
    else {
      this.#plainTag = tag;
      this.#say('+ ');
    }
  }

  #authenticate(tag: string, initial: string): void {
    const [, user = '', password = ''] = Buffer.from(initial, 'base64').toString('utf8').split('\0');
    this.#login(tag, user, password);
  }

  #login(tag: string, user: string, password: string): void {
    const { behaviour, counts } = this.#mailbox;
    if (behaviour.refuseLogin || user !== this.#mailbox.user || password !== this.#mailbox.password) {
      counts.refused++;
      this.#say(`${tag} NO [AUTHENTICATIONFAILED] wrong user or password`);
      return;
    }
    counts.logins++;
    this.#authenticated = true;
    this.#say(`${tag} OK [CAPABILITY ${CAPABILITIES}] welcome`);
  }

  #select(tag: string, verb: string, name: string): void {
    if (name.toUpperCase() !== 'INBOX') {
      this.#selected = 'no';
      this.#say(`${tag} NO [NONEXISTENT] no such mailbox`);
      return;
    }
    const { mails, uidNext, uidValidity } = this.#mailbox;
    this.#selected = verb === 'SELECT' ? 'write' : 'read';
    this.#known = mails.length;
    this.#say(`* FLAGS (${FLAGS})`);
    this.#say(`* OK [PERMANENTFLAGS (${verb === 'SELECT' ? FLAGS : ''})] flags`);
    this.#say(`* ${mails.length} EXISTS`);
    this.#say('* 0 RECENT');
    this.#say(`* OK [UIDVALIDITY ${uidValidity}] valid`);
    this.#say(`* OK [UIDNEXT ${uidNext}] next`);
    this.#say(`${tag} OK [${verb === 'SELECT' ? 'READ-WRITE' : 'READ-ONLY'}] ${verb} completed`);
  }

  #search(text: string, done: () => void): void {
    const set = /\bUID ([\d:*,]+)/i.exec(text)?.[1];
    const found = this.#inSet(set ?? '1:*');
    this.#say(`* SEARCH ${found.map(({ mail }) => mail.uid).join(' ')}`.trim());
    done();
  }

  #store(tag: string, text: string, done: () => void): void {
    const [set = '', operation = ''] = text.split(' ');
    if (this.#selected !== 'write') {
      this.#say(`${tag} NO [READ-ONLY] opened to be read`);
      return;
    }
    const flags = /\(([^)]*)\)/.exec(text)?.[1]?.split(' ').filter(Boolean) ?? [];
    for (const { mail, number } of this.#inSet(set)) {
      this.#mailbox.counts.stores++;
      if (operation.toUpperCase().startsWith('FLAGS')) mail.flags.clear();
      for (const flag of flags) {
        if (operation.startsWith('-')) mail.flags.delete(flag);
        else mail.flags.add(flag);
      }
      if (!/\.SILENT$/i.test(operation))
        this.#say(`* ${number} FETCH (UID ${mail.uid} FLAGS (${[...mail.flags].join(' ')}))`);
    }
    done();
  }

  #inSet(set: string): { mail: StoredMail; number: number }[] {
    const { mails } = this.#mailbox;
    const last = mails.at(-1)?.uid ?? 0;
    const uid = (text: string): number => (text === '*' ? last : Number(text));
    return set.split(',').flatMap((range) => {
      const [from = '0', to = from] = range.split(':');
      const [start, end] = [Math.min(uid(from), uid(to)), Math.max(uid(from), uid(to))];
      const found: { mail: StoredMail; number: number }[] = [];
      for (let at = firstFrom(mails, start); at < mails.length; at++) {
        const mail = mails[at];
        if (!mail || mail.uid > end) break;
        found.push({ mail, number: at + 1 });
      }
      return found;
    });
  }

  #fetch(text: string, done: () => void): void {
    const [set = ''] = text.split(' ', 1);
    const items = text.slice(set.length).toUpperCase();
    for (const { mail, number } of this.#inSet(set)) {
      const parts: (string | Buffer)[] = [`* ${number} FETCH (UID ${mail.uid}`];
      if (/\bFLAGS\b/.test(items)) parts.push(` FLAGS (${[...mail.flags].join(' ')})`);
      if (/\bINTERNALDATE\b/.test(items)) parts.push(` INTERNALDATE "${internalDate(mail.receivedAt)}"`);
      if (/\bRFC822\.SIZE\b/.test(items)) parts.push(` RFC822.SIZE ${mail.raw.length}`);
      for (const [, peek, section = '', from, count] of items.matchAll(
        /BODY(\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?/g,
      )) {
        if (!peek && this.#selected === 'write') mail.flags.add('\\Seen');
        const head = mail.raw.indexOf('\r\n\r\n');
        const whole = section.startsWith('HEADER') ? mail.raw.subarray(0, head < 0 ? undefined : head + 4) : mail.raw;
        const bytes = from === undefined ? whole : whole.subarray(Number(from), Number(from) + Number(count));
        this.#mailbox.counts.fetched++;
        parts.push(` BODY[${section}]${from === undefined ? '' : `<${from}>`} {${bytes.length}}\r\n`, bytes);
      }
      parts.push(')\r\n');
      if (!this.#sendMail(parts)) return;
    }
    done();
  }

  /** False when the connection was broken in the middle. */
  #sendMail(parts: readonly (string | Buffer)[]): boolean {
    const { behaviour } = this.#mailbox;
    if (behaviour.mute) return true;
    for (const part of parts) {
      if (Buffer.isBuffer(part) && behaviour.cutAfterBytes > 0) {
        if (part.length >= behaviour.cutAfterBytes) {
          this.#socket.write(part.subarray(0, behaviour.cutAfterBytes), () => this.#socket.destroy());
          behaviour.cutAfterBytes = 0;
          return false;
        }
        behaviour.cutAfterBytes -= part.length;
      }
      this.#socket.write(part);
    }
    return true;
  }
}

/** The index of the first mail with this UID or a higher one. */
function firstFrom(mails: readonly StoredMail[], uid: number): number {
  let [low, high] = [0, mails.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((mails[middle]?.uid ?? 0) < uid) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Atoms and quoted strings. */
const strings = (text: string): string[] =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"()]+)/g)].map(
    ([, quoted, atom]) => atom ?? (quoted ?? '').replace(/\\(.)/g, '$1'),
  );

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function internalDate(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${day}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`;
}
