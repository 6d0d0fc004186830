import { defineCheck } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { openToApplications } from '../../readings/open-commands.ts';

const commands = ['eval', 'evalsha', 'script|load'] as const;

export default defineCheck({
  title: 'An application may send Lua scripts of its own',
  severity: 'info',
  why: 'The server’s ACL holds inside scripts, but the script engine is where most remotely usable holes of the last years were, and a script that loops blocks everybody. Some libraries (queues, locks, rate limiters) need it.',
  remedy:
    'Take @scripting from users whose library does not need it (queues, locks and rate limiters often do); for those that do, keep the server at its branch’s newest release.',
  links: ['https://redis.io/docs/latest/develop/programmability/eval-intro/'],
  needs: ['grants'],
  judge: ({ grants }) => openToApplications(grants, commands, ['write', 'read']),
  examples: {
    good: {
      'an application’s commands': {
        grants: [grant('default', { commands: ['get', 'eval', 'evalsha'] }), grant('app')],
      },
    },
    bad: {
      'left over from +@all': {
        grants: [
          grant('app', { commands: ['get', 'eval', 'evalsha'], can: { read: ['get'], write: ['eval'] } }),
        ],
      },
    },
    other: {
      'who owns the server is told so elsewhere': {
        facts: {
          grants: [
            grant('default'),
            grant('admin'),
            grant('web', { commands: ['config|set', 'get', 'eval', 'evalsha'] }),
          ],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
