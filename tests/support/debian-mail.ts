import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './postgres.ts';

/** Why Debian's Postfix and Dovecot can't run here; null when they can. Both need root: they change to users of their own. */
export function whyNoDebianMail(): string | null {
  if (process.getuid?.() !== 0) return 'Postfix and Dovecot start as root only';
  for (const program of ['/usr/sbin/postfix', '/usr/sbin/dovecot'])
    if (!existsSync(program)) return `${program} is not installed (Debian packages postfix, dovecot-imapd)`;
  return null;
}

export interface DebianMail {
  smtpPort: number;
  /** IMAP over TLS. */
  imapPort: number;
  /** The certificate authority that signed its certificate, for 127.0.0.1 (PEM). */
  ca: string;
  /** The file in which it is. */
  caFile: string;
  password: string;
  /** What both servers wrote. */
  log(): string;
  /** Dovecot goes without a word to those connected, and comes back. */
  restartDovecot(): Promise<void>;
  stop(): Promise<void>;
}

/** Whom the mailboxes belong to on disk. */
const OWNER = 5000;

/**
 * Starts Postfix and Dovecot on free ports of the loopback interface, with all their files in a temporary folder. Every address `NAME@DOMAIN` of `mailboxes` has a
 * mailbox that opens with the whole address and the password; mail to other names of these domains bounces, as Postfix writes bounces; mail elsewhere is refused.
 */
export async function startDebianMail(mailboxes: readonly string[]): Promise<DebianMail> {
  const home = mkdtempSync(join(tmpdir(), 'filodiretto-mail-'));
  const [smtpPort, imapPort] = [await freePort(), await freePort()];
  const password = 'a-password-of-the-test';
  const folder = (name: string, owner?: number): string => {
    const path = join(home, name);
    mkdirSync(path, { recursive: true });
    if (owner !== undefined) chownSync(path, owner, owner);
    return path;
  };
  execFileSync('chmod', ['755', home]);
  const { uid: postfixUid, gid: postfixGid } = idsOf('postfix');
  const etc = folder('postfix');
  const spool = folder('spool');
  const data = folder('postfix-data');
  chownSync(data, postfixUid, postfixGid);
  const mail = folder('mail', OWNER);
  const domains = [...new Set(mailboxes.map((address) => address.split('@')[1] ?? ''))];
  writeFileSync(
    join(etc, 'mailboxes'),
    mailboxes.map((address) => `${address} ${address.replace('@', '/')}/\n`).join(''),
  );
  writeFileSync(
    join(etc, 'main.cf'),
    [
      'compatibility_level = 3.6',
      `queue_directory = ${spool}`,
      `data_directory = ${data}`,
      'mail_owner = postfix',
      'setgid_group = postdrop',
      `maillog_file = ${join(home, 'postfix.log')}`,
      `maillog_file_prefixes = ${home}`,
      'myhostname = mail.example',
      'mydestination =',
      'inet_interfaces = loopback-only',
      'inet_protocols = ipv4',
      'mynetworks = 127.0.0.0/8',
      'smtpd_relay_restrictions = reject_unauth_destination',
      'smtpd_recipient_restrictions =',
      `virtual_mailbox_domains = ${domains.join(' ')}`,
      `virtual_mailbox_base = ${mail}`,
      `virtual_mailbox_maps = texthash:${join(etc, 'mailboxes')}`,
      // A name that nobody has is taken and then bounces: a real report of non-delivery, not a word of the session.
      'smtpd_reject_unlisted_recipient = no',
      `virtual_uid_maps = static:${OWNER}`,
      `virtual_gid_maps = static:${OWNER}`,
      'alias_maps =',
      'local_recipient_maps =',
      'message_size_limit = 52428800',
      'virtual_mailbox_limit = 0',
      'bounce_queue_lifetime = 1h',
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(etc, 'master.cf'),
    [
      `127.0.0.1:${smtpPort} inet n - n - - smtpd`,
      'pickup unix n - n 60 1 pickup',
      'cleanup unix n - n - 0 cleanup',
      'qmgr unix n - n 300 1 qmgr',
      'tlsmgr unix - - n 1000? 1 tlsmgr',
      'rewrite unix - - n - - trivial-rewrite',
      'bounce unix - - n - 0 bounce',
      'defer unix - - n - 0 bounce',
      'trace unix - - n - 0 bounce',
      'verify unix - - n - 1 verify',
      'flush unix n - n 1000? 0 flush',
      'proxymap unix - - n - - proxymap',
      'smtp unix - - n - - smtp',
      'error unix - - n - - error',
      'retry unix - - n - - error',
      'discard unix - - n - - discard',
      'local unix - n n - - local',
      'virtual unix - n n - - virtual',
      'anvil unix - - n - 1 anvil',
      'scache unix - - n - 1 scache',
      'postlog unix-dgram n - n - 1 postlogd',
      '',
    ].join('\n'),
  );

  const ca = makeCertificate(home);
  const run = folder('dovecot-run');
  writeFileSync(join(home, 'users'), mailboxes.map((address) => `${address}:{PLAIN}${password}\n`).join(''));
  writeFileSync(
    join(home, 'dovecot.conf'),
    `
protocols = imap
listen = 127.0.0.1
base_dir = ${run}
state_dir = ${folder('dovecot-state')}
log_path = ${join(home, 'dovecot.log')}
ssl = required
ssl_cert = <${join(home, 'server.pem')}
ssl_key = <${join(home, 'server.key')}
mail_location = maildir:${mail}/%n/%d
first_valid_uid = ${OWNER}
passdb {
  driver = passwd-file
  args = scheme=PLAIN ${join(home, 'users')}
}
userdb {
  driver = static
  args = uid=${OWNER} gid=${OWNER} home=${mail}/%n/%d
}
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${imapPort}
    ssl = yes
  }
}
service stats {
  client_limit = 100
}
`,
  );

  let dovecot: ChildProcess | null = null;
  const startDovecot = async (): Promise<void> => {
    dovecot = spawn('/usr/sbin/dovecot', ['-F', '-c', join(home, 'dovecot.conf')], { stdio: 'ignore' });
    await listens(imapPort, log);
  };
  const stopDovecot = async (): Promise<void> => {
    const child = dovecot;
    dovecot = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  };
  const log = (): string =>
    ['postfix.log', 'dovecot.log']
      .map((name) => join(home, name))
      .map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''))
      .join('\n');
  const stop = async (): Promise<void> => {
    await stopDovecot();
    try {
      execFileSync('/usr/sbin/postfix', ['-c', etc, 'stop'], { stdio: 'ignore' });
    } catch {
      // it never started
    }
    rmSync(home, { recursive: true, force: true });
  };
  try {
    execFileSync('/usr/sbin/postfix', ['-c', etc, 'start'], { stdio: 'pipe' });
    await Promise.all([listens(smtpPort, log), startDovecot()]);
  } catch (error) {
    const said = log();
    await stop();
    throw new Error(`Postfix and Dovecot did not start: ${String(error)}\n${said}`);
  }
  return {
    smtpPort,
    imapPort,
    ca,
    caFile: join(home, 'ca.pem'),
    password,
    log,
    restartDovecot: async () => {
      await stopDovecot();
      await startDovecot();
    },
    stop,
  };
}

function idsOf(user: string): { uid: number; gid: number } {
  const ask = (what: string): number => Number(execFileSync('id', [what, user], { encoding: 'utf8' }));
  return { uid: ask('-u'), gid: ask('-g') };
}

/** An authority and a certificate for 127.0.0.1 in `folder` (server.pem, server.key); returns the authority (PEM). */
function makeCertificate(folder: string): string {
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  };
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority', '-days', '2');
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=127.0.0.1');
  writeFileSync(join(folder, 'extensions'), 'subjectAltName=IP:127.0.0.1\n');
  openssl(
    ...['x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...['-out', 'server.pem', '-days', '2', '-extfile', 'extensions'],
  );
  return readFileSync(join(folder, 'ca.pem'), 'utf8');
}

async function listens(port: number, log: () => string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (answered) return;
    await sleep(100);
  }
  throw new Error(`nothing listens on port ${port}\n${log()}`);
}
