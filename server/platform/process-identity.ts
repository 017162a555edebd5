import { readFileSync } from 'node:fs';

/** A process of this machine, so that another one that got its number later is not taken for it. */
export interface ProcessIdentity {
  pid: number;
  /** When it began, in ticks since the machine started; null where the system doesn't say (no /proc). */
  began: string | null;
  /** The run of the machine; null where the system doesn't say. */
  boot: string | null;
}

export const identityOf = (pid: number): ProcessIdentity => ({
  pid,
  began: processBegan(pid),
  boot: bootOfMachine(),
});

/** Whether that very process still runs, on this run of the machine. */
export function isRunning({ pid, began, boot }: ProcessIdentity): boolean {
  if (boot !== bootOfMachine()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return processBegan(pid) === began;
}

/** Field 22 of /proc/<pid>/stat (proc(5)); null where there is none. */
function processBegan(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** Which run of the machine this is; null where the system doesn't say. */
export function bootOfMachine(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
