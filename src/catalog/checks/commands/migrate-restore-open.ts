import { defineCheck } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { openToApplications } from '../../readings/open-commands.ts';

const commands = ['migrate', 'restore', 'restore-asking'] as const;

export default defineCheck({
  title: 'An application may move keys away or plant raw values',
  severity: 'medium',
  why: 'MIGRATE opens connections to any address and carries keys there. RESTORE takes a serialized value as it is: crafted ones have been the way into several holes of the loader.',
  remedy:
    'Take them away: ACL SETUSER name -migrate -restore -restore-asking. sanitize-dump-payload yes checks what RESTORE takes.',
  links: ['https://redis.io/docs/latest/commands/migrate/'],
  needs: ['grants'],
  judge: ({ grants }) => openToApplications(grants, commands, ['reach', 'write']),
  examples: {
    good: {
      'an application’s commands': {
        grants: [grant('default', { commands: ['get', 'migrate'] }), grant('app')],
      },
    },
    bad: {
      'left over from +@all': {
        grants: [grant('app', { commands: ['get', 'migrate'], can: { reach: ['migrate'] } })],
      },
    },
    other: {
      'who owns the server is told so elsewhere': {
        facts: {
          grants: [
            grant('default'),
            grant('admin'),
            grant('web', { commands: ['config|set', 'get', 'migrate'] }),
          ],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
