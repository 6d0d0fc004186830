import { createHash } from 'node:crypto';
import { rulesIn } from '../user-text.ts';
import { resolved } from '../site.ts';
import { userLine } from '../users.ts';
import { broken, when, type Trying } from './saw.ts';

/** ACL LIST shows of a password what SHA-256 makes of it; some show only the beginning. */
const isOf = (shown: string, password: string): boolean =>
  shown.length >= 8 && createHash('sha256').update(password).digest('hex').startsWith(shown);

export const passwords: Trying<'passwords'> = async ({ user, are }, site) => {
  const { line } = await userLine(site, user);
  if (line === undefined) return broken('there is no such user');
  const rules = rulesIn(line);
  if (rules.includes('nopass')) return broken('the user gets in without a password');
  const shown = rules.filter((rule) => rule.startsWith('#')).map((rule) => rule.slice(1));
  const wanted = are.map((secret) => resolved(secret, site.settings));
  const others = shown.filter((hash) => !wanted.some((password) => isOf(hash, password)));
  if (others.length > 0) return broken(`${others.length} passwords that are not of the plan`);
  const all = wanted.every((password) => shown.some((hash) => isOf(hash, password)));
  return when(all, all ? `${shown.length} passwords, of the plan` : 'not the password of the plan');
};
