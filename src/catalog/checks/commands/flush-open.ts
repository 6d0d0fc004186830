import { defineCheck } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { openToApplications } from '../../readings/open-commands.ts';

const commands = ['flushall', 'flushdb', 'swapdb'] as const;

export default defineCheck({
  title: 'An application may empty or swap whole databases',
  severity: 'medium',
  why: 'FLUSHALL and FLUSHDB delete everything in an instant, also the keys that the user’s patterns do not reach, also from within a script. A bug in a test set-up is enough.',
  remedy: 'Take them away: ACL SETUSER name -flushall -flushdb -swapdb.',
  links: ['https://redis.io/docs/latest/commands/flushall/'],
  needs: ['grants'],
  judge: ({ grants }) => openToApplications(grants, commands, ['destroy']),
  examples: {
    good: {
      'an application’s commands': {
        grants: [grant('default', { commands: ['get', 'flushall'] }), grant('app')],
      },
    },
    bad: {
      'left over from +@all': {
        grants: [grant('app', { commands: ['get', 'flushall'], can: { destroy: ['flushall'] } })],
      },
    },
    other: {
      'who owns the server is told so elsewhere': {
        facts: {
          grants: [
            grant('default'),
            grant('admin'),
            grant('web', { commands: ['config|set', 'get', 'flushall'] }),
          ],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
