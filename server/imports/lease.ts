import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';

/** This process, as the holder of imports. */
export const WORKER = newId();

const LEASE_SECONDS = 60;

/** Until when an import belongs to this process, from now; each chunk renews it. */
export const leaseUntil = (platform: Platform): Date =>
  new Date(platform.clock.system().getTime() + LEASE_SECONDS * 1000);
