import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The programs at the other end of the wire, each a process of its own on the loopback interface. */
export interface Neighbours {
  smppPort: number;
  /** Where the SMSC's messages are read. */
  smscUrl: string;
  smtpPort: number;
  mailUrl: string;
  imapPort: number;
  /** Where mails are put into the mailbox. */
  imapUrl: string;
  stop(): Promise<void>;
}

/** How long a program may take to say where it listens. */
const START_MILLISECONDS = 30_000;

/** What each says on its first line: its own port, and the address of its HTTP side. */
interface Addresses {
  smpp?: number;
  smtp?: number;
  imap?: number;
  http: string;
}

interface Program {
  process: ChildProcess;
  said: Addresses;
}

function start(file: string): Promise<Program> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path, '--port', '0', '--http', '0'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill();
      reject(new Error(`${file} did not start: ${why}.`));
    };
    const patience = setTimeout(
      () => fail(`it said nothing for ${START_MILLISECONDS / 1000} seconds`),
      START_MILLISECONDS,
    );
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`it ended with status ${code}`));
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(patience);
      child.removeAllListeners('exit');
      try {
        resolve({ process: child, said: JSON.parse(line) as Addresses });
      } catch {
        fail(`it said "${line}" instead of its ports`);
      }
    });
  });
}

function stop({ process: child }: Program): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}

/** Starts the SMSC, the mail server and the mailbox on free ports. When one fails, the others are stopped too. */
export async function startNeighbours(): Promise<Neighbours> {
  const started = await Promise.allSettled([start('smsc.ts'), start('mail-server.ts'), start('imap-server.ts')]);
  const running = started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const stopAll = async (): Promise<void> => {
    await Promise.all(running.map(stop));
  };
  const [smsc, mail, imap] = running;
  const failed = started.find((outcome) => outcome.status === 'rejected');
  if (failed || !smsc || !mail || !imap) {
    await stopAll();
    throw failed?.reason ?? new Error('The SMSC, the mail server and the mailbox did not start.');
  }
  return {
    smppPort: smsc.said.smpp ?? 0,
    smscUrl: smsc.said.http,
    smtpPort: mail.said.smtp ?? 0,
    mailUrl: mail.said.http,
    imapPort: imap.said.imap ?? 0,
    imapUrl: imap.said.http,
    stop: stopAll,
  };
}
