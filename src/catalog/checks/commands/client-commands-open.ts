import { defineCheck } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { openToApplications } from '../../readings/open-commands.ts';

const commands = ['client|kill', 'client|pause', 'client|list', 'client|no-evict'] as const;

export default defineCheck({
  title: 'An application may see, stop or cut off other clients',
  severity: 'low',
  why: 'CLIENT LIST shows who is connected and what they do, CLIENT KILL cuts them off, CLIENT PAUSE stops them all for as long as the caller likes.',
  remedy:
    'Take them away: ACL SETUSER name -client|kill -client|pause -client|list. CLIENT SETNAME and SETINFO, which libraries use, stay.',
  links: ['https://redis.io/docs/latest/commands/client-pause/'],
  needs: ['grants'],
  judge: ({ grants }) => openToApplications(grants, commands, ['observe', 'control']),
  examples: {
    good: {
      'an application’s commands': {
        grants: [grant('default', { commands: ['get', 'client|setname', 'client|pause'] }), grant('app')],
      },
    },
    bad: {
      'left over from +@all': {
        grants: [
          grant('app', {
            commands: ['get', 'client|setname', 'client|pause'],
            can: { control: ['client|pause'] },
          }),
        ],
      },
    },
    other: {
      'who owns the server is told so elsewhere': {
        facts: {
          grants: [
            grant('default'),
            grant('admin'),
            grant('web', { commands: ['config|set', 'get', 'client|setname', 'client|pause'] }),
          ],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
