import { setTimeout as sleep } from 'node:timers/promises';
import type { Me } from '../contract/deeds.ts';
import type { Product } from './product.ts';

/** The product's business clock as it can be told from outside. */
export interface BusinessTime {
  readonly speed: number;
  readonly timeZone: string;
  /** The business instant of a system instant. */
  at(system: Date): Date;
  now(): Date;
  /** Waits until a business instant; rejects when the signal is given. */
  until(instant: Date): Promise<void>;
}

/** Reads the clock of the product from somebody's own page. */
export async function readBusinessTime(product: Product, signal: AbortSignal): Promise<BusinessTime> {
  const asked = Date.now();
  const me = await product.get<Me>('/api/v1/me');
  const heard = (asked + Date.now()) / 2;
  const began = Date.parse(me.businessNow);
  const at = (system: Date): Date => new Date(began + (system.getTime() - heard) * me.clockSpeed);
  const now = (): Date => at(new Date());
  return {
    speed: me.clockSpeed,
    timeZone: me.timeZone,
    at,
    now,
    until: async (instant) => {
      const left = (instant.getTime() - now().getTime()) / me.clockSpeed;
      if (left > 0) await sleep(left, undefined, { signal });
    },
  };
}
