import type { AnnouncementKind } from '../../contract/answer.ts';
import type { LeavingNotice, LeavingVerdict } from '../outbox/index.ts';
import type { Tx } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { lookAt, setStates } from './claim-check-store.ts';
import { heldUntil } from './rules.ts';

/**
 * Whether notices may leave at the moment when a worker claims them: the last look, whatever happened since they were queued and whatever brought them back
 * to the queue. What was replaced by newer words, or whose reader no longer agrees, is withdrawn; what quiet hours hold is stored as held and written anew
 * when they end; what was in doubt and goes again is queued again. One statement decides for the batch.
 */
export async function mayLeave(tx: Tx, platform: Platform, notices: readonly LeavingNotice[]): Promise<LeavingVerdict> {
  const leaving = await lookAt(tx, notices);
  const { quietHours } = await readSettings(tx);
  const now = platform.clock.business();
  const verdict: LeavingVerdict = { withdraw: [], hold: [], drop: [] };
  const again: string[] = [];
  // Reckoning with a time zone is slow; a batch has few kinds and channels.
  const known = new Map<string, Date | null>();
  const quietUntil = (kind: AnnouncementKind, channel: string): Date | null => {
    const key = `${kind} ${channel}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const until = heldUntil(quietHours, { kind, channel, now, timeZone: platform.timeZone });
    known.set(key, until);
    return until;
  };
  for (const notice of leaving) {
    const { id, kind, channel } = notice;
    if (notice.state !== 'queued' && notice.state !== 'in doubt') verdict.drop.push(id);
    else if (notice.replaced) verdict.withdraw.push({ id, reason: 'superseded' });
    else if (!notice.agreed) verdict.withdraw.push({ id, reason: 'consent withdrawn' });
    else if (!notice.heard) verdict.withdraw.push({ id, reason: 'never heard of it' });
    else {
      const until = quietUntil(kind, channel);
      if (until) verdict.hold.push({ id, until });
      else if (notice.state === 'in doubt') again.push(id);
    }
  }
  const news = [
    ...verdict.hold.map(({ id, until }) => ({ id, state: 'held', held_until: until })),
    ...again.map((id) => ({ id, state: 'queued', held_until: null })),
  ];
  if (news.length > 0) await setStates(tx, notices, news);
  return verdict;
}
