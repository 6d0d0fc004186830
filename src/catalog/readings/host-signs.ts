import { failEach, pass, undecided } from '../define-check.ts';
import type { Fault, HostSign, Verdict } from '../../model/index.ts';
import { listed } from './values.ts';

const programs = /running programs|\/proc\b/;
const schedules = /cron|\.ssh|authorized_keys|systemd/;
const preloads = /ld\.so/;
const firewall = /^firewall/;

/** Places of a search for signs, by what would be found there. */
export const placesOf = {
  programs: (path: string): boolean => programs.test(path),
  schedules: (path: string): boolean => schedules.test(path),
  preloads: (path: string): boolean => preloads.test(path),
  firewall: (path: string): boolean => firewall.test(path),
  files: (path: string): boolean => ![programs, schedules, preloads, firewall].some((one) => one.test(path)),
} as const;

/**
 * Signs are a verdict, wherever else nobody looked. Without any, a place that could not be read leaves it open: an
 * intruder hides where a plain user cannot look.
 */
export function orUnread(
  faults: readonly Fault[],
  hostSigns: readonly HostSign[],
  where: keyof typeof placesOf,
): Verdict {
  if (faults.length > 0) return failEach(faults);
  const unread = hostSigns.filter(({ kind, path }) => kind === 'unread' && placesOf[where](path));
  if (unread.length === 0) return pass;
  return undecided(
    `no sign was seen, and not all could be read: ${listed(
      unread.map(({ path }) => path),
      4,
    )}`,
  );
}
