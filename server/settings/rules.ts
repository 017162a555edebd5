import type { Deed } from '../../contract/deeds.ts';
import type { ChangeSettings, Settings } from '../../contract/settings.ts';

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Key order must not count as a change: both are compared with the keys of `before`. */
const ordered = (value: object, like: object): object =>
  Object.fromEntries(Object.keys({ ...like, ...value }).map((key) => [key, (value as Record<string, unknown>)[key]]));

/**
 * What somebody must be allowed to do for a change. The switch that begins or ends telling has a deed of its own, and so has the
 * pause, which must be quick to reach; everything else is `settings:change`.
 */
export function deedsNeeded(before: Settings, change: ChangeSettings): Deed[] {
  const needed = new Set<Deed>();
  for (const key of Object.keys(change) as (keyof Settings)[]) {
    if (key !== 'telling') needed.add('settings:change');
  }
  if (change.telling) {
    const { on, paused, ...rest } = change.telling;
    const { on: wasOn, paused: wasPaused, ...restBefore } = before.telling;
    if (on !== wasOn) needed.add('telling:switch');
    if (paused !== wasPaused) needed.add('telling:pause');
    if (!same(ordered(rest, restBefore), ordered(restBefore, restBefore))) needed.add('settings:change');
  }
  return [...needed];
}

/** A setting that contradicts another or reaches nobody: where, and what would be right. */
export interface Nonsense {
  setting: string;
  wrong: string;
  right: string;
}

/** What in the settings as a whole can't be meant. Quiet hours that begin when they end are fine: there are none. */
export function findNonsense(
  settings: Settings,
  unknownStaff: readonly string[],
  knowsHolidaysOf: (country: string, region: string) => boolean = () => true,
): Nonsense[] {
  const found: Nonsense[] = [];
  const { operator, telling, incidents, ladder, hours, retention } = settings;
  const say = (setting: string, wrong: string, right: string): void => {
    found.push({ setting, wrong, right });
  };
  for (const key of ['name', 'shortName'] as const)
    if (operator[key].trim() === '') say(`operator.${key}`, 'it is blank', 'customers must read who writes to them');
  if (telling.undoSeconds >= telling.validMinutes * 60)
    say('telling.undoSeconds', 'a notice would be out of date before it may leave', 'less than telling.validMinutes');
  if (telling.rewriteAfterMinutes >= telling.validMinutes)
    say(
      'telling.rewriteAfterMinutes',
      'a held-up notice would be out of date before it is written anew',
      'less than telling.validMinutes',
    );
  if (telling.decisionMinutes >= telling.validMinutes)
    say(
      'telling.decisionMinutes',
      'an announcement would be out of date before anybody is called to decide',
      'less than telling.validMinutes',
    );
  const [first = 0, second = 0, third = 0] = incidents.renewalMinutes;
  if (first > second || second > third)
    say('incidents.renewalMinutes', 'they get shorter', 'each at least as long as the one before: renewals back off');
  const rungs = [
    ...ladder.map((rung, index) => ({ rung, where: `ladder[${index}]` })),
    ...settings.careLadder.map((rung, index) => ({ rung, where: `careLadder[${index}]` })),
  ];
  for (const { rung, where } of rungs) {
    if (rung.name.trim() === '') say(`${where}.name`, 'it is blank', 'a name that staff knows');
    const unknown = rung.staffIds.filter((id) => unknownStaff.includes(id));
    if (unknown.length > 0)
      say(
        `${where}.staffIds`,
        `${unknown.length} of them are not active members of staff`,
        'people who can be reached',
      );
  }
  const country = hours.holidays.country || operator.country;
  if (hours.week.flat().length === 0)
    say('hours.week', 'nothing is ever open', 'times at which a person can be reached');
  if ([...hours.week.flat(), ...hours.openDays].some(({ from, to }) => from >= to))
    say('hours.week', 'an opening ends before it begins', 'from before to, within the day; 24:00 is its end');
  if (!knowsHolidaysOf(country, hours.holidays.region))
    say(
      'hours.holidays',
      `no holidays are known for ${country}${hours.holidays.region ? ` ${hours.holidays.region}` : ''}`,
      'a country (ISO 3166-1) and one of its regions that date-holidays knows, or no region',
    );
  if (retention.closedCases <= settings.cases.reopenDays)
    say('retention.closedCases', 'a case could be opened again after its words are gone', 'more than cases.reopenDays');
  if (retention.formalCases < retention.closedCases)
    say('retention.formalCases', 'a formal complaint would be forgotten first', 'at least retention.closedCases');
  return found;
}
