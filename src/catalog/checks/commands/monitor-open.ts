import { defineCheck } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { openToApplications } from '../../readings/open-commands.ts';

const commands = ['monitor'] as const;

export default defineCheck({
  title: 'An application may watch every command of everybody',
  severity: 'high',
  why: 'MONITOR shows all commands of all clients with their arguments: keys, values, session tokens, whatever the user’s own key patterns withhold. It also costs half of the throughput, and more.',
  remedy: 'Take it away: ACL SETUSER name -monitor.',
  links: ['https://redis.io/docs/latest/commands/monitor/'],
  needs: ['grants'],
  judge: ({ grants }) => openToApplications(grants, commands, ['observe']),
  examples: {
    good: {
      'an application’s commands': {
        grants: [grant('default', { commands: ['get', 'monitor'] }), grant('app')],
      },
    },
    bad: {
      'left over from +@all': {
        grants: [grant('app', { commands: ['get', 'monitor'], can: { observe: ['monitor'] } })],
      },
    },
    other: {
      'who owns the server is told so elsewhere': {
        facts: {
          grants: [
            grant('default'),
            grant('admin'),
            grant('web', { commands: ['config|set', 'get', 'monitor'] }),
          ],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
