import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { isOwner, ownerCommands, permitted } from '../../readings/grants.ts';
import { roleOf } from '../../readings/roles.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'A user for an application may take over the server',
  severity: 'medium',
  why: 'CONFIG SET, ACL SETUSER or MODULE LOAD make their user the owner: passwords, users and, on older servers, files on the host. An application never needs them, and its password lies in many places.',
  remedy:
    'Take @admin from the application’s user: ACL SETUSER name -@admin. Take @dangerous as well (and give +info back, which libraries ask for) once you know that it sends nothing of it; better, begin with -@all and add what it uses. Keep a separate user for administration.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/#command-categories'],
  needs: ['grants'],
  judge({ grants }) {
    const named = grants.filter(({ enabled, user }) => enabled && user !== 'default');
    if (named.length === 0) return notApplicable('there is no user beside default');
    return failEach(
      named
        .filter((entry) => {
          const role = roleOf(entry.user);
          // Replicas, Sentinels and exporters are measured by what their kind needs.
          return (role === undefined || role === 'backup') && isOwner(entry);
        })
        .map((entry) => {
          const by = [...permitted(entry, ownerCommands), ...(entry.can.execute ?? [])];
          return fault(
            `user ${entry.user} may run ${listed([...new Set(by)])}`,
            [{ kind: 'user', name: entry.user, rules: ['-@admin'] }],
            { opens: { as: entry.user, can: ['control', 'execute'] } },
          );
        }),
    );
  },
  examples: {
    good: {
      'an application’s commands': { grants: [grant('default', { commands: ['config|set'] }), grant('app')] },
      'an administrator by name': { grants: [grant('redis-admin', { commands: ['config|set'] })] },
      'reading settings is not changing them': { grants: [grant('app', { commands: ['config|get'] })] },
      off: { grants: [grant('app'), grant('old', { enabled: false, commands: ['acl|setuser'] })] },
    },
    bad: {
      '+@all': { grants: [grant('authapp', { commands: ['get', 'config|set', 'acl|setuser'] })] },
      'before 7.0 CONFIG is one command': { grants: [grant('web', { commands: ['get', 'config'] })] },
    },
    other: { 'only default': { facts: { grants: [grant('default')] }, verdict: 'not-applicable' } },
  },
});
