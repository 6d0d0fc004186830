import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { conf, grant, identity, rename } from '../../example-facts.ts';
import { isOwner } from '../../readings/grants.ts';
import { hasUsers } from '../../readings/release.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'A secret name is all that guards a command',
  severity: 'low',
  why: 'A renamed command is still there for everybody who learns its name: from a script, MONITOR, SLOWLOG, COMMAND, or the configuration file. Renaming cannot be changed at runtime, breaks tools, and is deprecated since there are ACL rules.',
  remedy:
    'Keep a user for administration, deny the renamed commands to everybody else by ACL rules (ACL SETUSER name -config), and then take the rename-command lines away.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/security/#disallowing-specific-commands',
  ],
  needs: ['conf', 'identity'],
  uses: ['grants'],
  judge({ conf: { renames }, identity: who }, { grants }) {
    const hidden = renames.filter(({ to }) => to !== '');
    if (hidden.length === 0) return notApplicable('no command has another name');
    if (hasUsers(who) === false) return notApplicable('this version has no ACL rules to use instead');
    const main = grants.known ? grants.value.find(({ user }) => user === 'default') : undefined;
    // Where the default user is off or narrow, somebody has drawn the line with rules already.
    if (main && (!main.enabled || !isOwner(main)) && grants.known && grants.value.length > 1)
      return failEach([]);
    const names = [...new Set(hidden.map(({ from }) => from.toLowerCase()))];
    return failEach([
      fault(
        `${listed(names, 8)} ${names.length === 1 ? 'is' : 'are'} hidden by rename-command`,
        [{ kind: 'investigate', what: `who needs ${listed(names, 8)}; deny them to the rest by ACL rules` }],
        { where: { file: hidden[0]?.file ?? '', line: hidden[0]?.line ?? 0 } },
      ),
    ]);
  },
  examples: {
    good: {
      'rules do the work': {
        conf: conf({ renames: [rename('CONFIG', 'b840fc02d524')] }),
        identity: identity(),
        grants: [grant('default', { enabled: false }), grant('admin', { commands: ['config|set'] })],
      },
    },
    bad: {
      'a random name': {
        conf: conf({ renames: [rename('CONFIG', 'b840fc02d524'), rename('FLUSHALL', '')] }),
        identity: identity(),
      },
    },
    other: {
      'taken away whole': {
        facts: { conf: conf({ renames: [rename('FLUSHALL', '')] }), identity: identity() },
        verdict: 'not-applicable',
      },
      'before there were rules': {
        facts: {
          conf: conf({ renames: [rename('CONFIG', 'b840fc02d524')] }),
          identity: identity({ version: '5.0.14' }),
        },
        verdict: 'not-applicable',
      },
    },
  },
});
