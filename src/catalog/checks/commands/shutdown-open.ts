import { defineCheck } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { openToApplications } from '../../readings/open-commands.ts';

const commands = ['shutdown'] as const;

export default defineCheck({
  title: 'An application may stop the server',
  severity: 'high',
  why: 'SHUTDOWN NOSAVE ends the server and throws away what was not saved. No application has a use for it.',
  remedy: 'Take it away: ACL SETUSER name -shutdown.',
  links: ['https://redis.io/docs/latest/commands/shutdown/'],
  needs: ['grants'],
  judge: ({ grants }) => openToApplications(grants, commands, ['stop']),
  examples: {
    good: {
      'an application’s commands': {
        grants: [grant('default', { commands: ['get', 'shutdown'] }), grant('app')],
      },
    },
    bad: {
      'left over from +@all': {
        grants: [grant('app', { commands: ['get', 'shutdown'], can: { stop: ['shutdown'] } })],
      },
    },
    other: {
      'who owns the server is told so elsewhere': {
        facts: {
          grants: [
            grant('default'),
            grant('admin'),
            grant('web', { commands: ['config|set', 'get', 'shutdown'] }),
          ],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
