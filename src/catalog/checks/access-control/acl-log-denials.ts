import { defineCheck, failEach, fault } from '../../define-check.ts';
import { denial } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';
import type { AclLogEntry, Severity } from '../../../model/index.ts';

/** Commands that an application does not try by mistake. */
const grave =
  /^(?:config\|set|config|acl(?:\|.*)?|module(?:\|.*)?|debug(?:\|.*)?|replicaof|slaveof|psync|sync|migrate|shutdown|flushall|flushdb|monitor|function\|load|cluster\|.*)$/;

interface Row {
  readonly user: string;
  readonly objects: readonly string[];
  readonly total: number;
  readonly grave: boolean;
}

/** One row a user: entries repeat by context and minute, and their counts add up. */
function byUser(entries: readonly AclLogEntry[]): readonly Row[] {
  const users = [...new Set(entries.map(({ user }) => user))];
  return users.map((user) => {
    const own = entries.filter((entry) => entry.user === user);
    return {
      user,
      objects: [
        ...new Set(own.map(({ reason, object }) => (reason === 'command' ? object : `${reason} ${object}`))),
      ],
      total: own.reduce((sum, { count }) => sum + count, 0),
      grave: own.some(({ reason, object }) => reason === 'command' && grave.test(object.toLowerCase())),
    };
  });
}

export default defineCheck({
  title: 'The server denied commands to a logged-in user',
  severity: 'info',
  why: 'Either a client’s rules lack something it needs, and it works around it or fails in silence, or someone inside is feeling for the borders. Counts add up since the entries were made; the log keeps the newest 128.',
  remedy:
    'Compare the denied commands with what the user is meant to do: add the missing rule, or find out who used that login. ACL LOG RESET afterwards shows whether it goes on.',
  links: ['https://redis.io/docs/latest/commands/acl-log/'],
  needs: ['aclLog'],
  judge({ aclLog }) {
    const rows = byUser(aclLog.filter(({ reason }) => reason !== 'auth'));
    const said = ({ user, objects, total }: Row): string =>
      `${user}: ${listed(objects)} (${total === 1 ? 'once' : `${total} times`})`;
    const faultOf = (some: readonly Row[], severity: Severity) =>
      fault(
        `denied to ${some.length === 1 ? 'user' : 'users'} ${some.slice(0, 8).map(said).join('; ')}${some.length > 8 ? ` and ${some.length - 8} more` : ''}`,
        [
          {
            kind: 'investigate',
            what: `what ${listed(some.map(({ user }) => user))} ${some.length === 1 ? 'is' : 'are'} meant to do`,
          },
        ],
        { severity },
      );
    const slips = rows.filter((row) => !row.grave);
    return failEach([
      ...rows.filter((row) => row.grave).map((row) => faultOf([row], 'low')),
      ...(slips.length === 0 ? [] : [faultOf(slips, 'info')]),
    ]);
  },
  examples: {
    good: {
      nothing: { aclLog: [] },
      'logins are another matter': { aclLog: [denial('auth', 'default', 'AUTH', 4)] },
    },
    bad: {
      'a rule is missing': {
        aclLog: [denial('command', 'app', 'info', 40), denial('key', 'app', 'tmp:1', 2)],
      },
      'feeling for the borders': {
        aclLog: [denial('command', 'app', 'config|set'), denial('command', 'app', 'module|load')],
      },
      'a channel, and a database of Valkey 9.1': {
        aclLog: [denial('channel', 'bus', 'news'), denial('database', 'bus', '5')],
      },
    },
  },
});
