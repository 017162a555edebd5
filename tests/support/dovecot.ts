import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './postgres.ts';

const BINARY = '/usr/sbin/dovecot';

/** Why Debian's Dovecot can't be tested with on this machine; null: it can. */
export function whyNoDovecot(): string | null {
  if (!existsSync(BINARY)) return 'dovecot-imapd is not installed';
  const version = execFileSync(BINARY, ['--version'], { encoding: 'utf8' });
  if (!version.startsWith('2.3')) return `its configuration is for Dovecot 2.3, here is ${version.trim()}`;
  return userInfo().uid === 0 ? null : 'it is started by root only';
}

export interface Dovecot {
  port: number;
  user: string;
  password: string;
  /** As after a restore of the server: other UIDs for the same mails. Call it when nobody is connected. */
  renumber: () => void;
  close: () => Promise<void>;
}

/** The user `nobody`: Dovecot lets nobody read mail as root. */
function nobody(): [uid: number, gid: number] {
  const [, , uid, gid] = /^nobody:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0].split(':') ?? [];
  return [Number(uid), Number(gid)];
}

/** Starts a Dovecot of its own in a temporary folder, with one empty mailbox, on the loopback interface without TLS. */
export async function startDovecot(): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), 'filodiretto-dovecot-'));
  const port = await freePort();
  const [uid, gid] = nobody();
  const home = join(folder, 'home');
  mkdirSync(home);
  chownSync(folder, uid, gid);
  chownSync(home, uid, gid);
  const configuration = join(folder, 'dovecot.conf');
  writeFileSync(
    configuration,
    `base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:~/mail
mailbox_list_index = no
first_valid_uid = 1
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${home}
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
`,
  );
  const child = spawn(BINARY, ['-F', '-c', configuration], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + 30_000;
  while (!(await answers(port))) {
    if (performance.now() > deadline || child.exitCode !== null) {
      const log = existsSync(`${folder}/log`) ? readFileSync(`${folder}/log`, 'utf8') : 'no log';
      await close();
      throw new Error(`Dovecot does not start: ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    port,
    user: 'help',
    password: 'secret',
    renumber: () => {
      // The list names the UIDVALIDITY in its first line: version 3, V<number>.
      const list = `${home}/mail/dovecot-uidlist`;
      const text = readFileSync(list, 'utf8');
      writeFileSync(
        list,
        text.replace(/ V(\d+)/, (_all, number) => ` V${Number(number) + 1}`),
      );
      for (const index of ['dovecot.index', 'dovecot.index.log', 'dovecot.index.cache'])
        rmSync(`${home}/mail/${index}`, { force: true });
    },
    close,
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
