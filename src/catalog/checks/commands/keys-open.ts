import { defineCheck } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { openToApplications } from '../../readings/open-commands.ts';

const commands = ['keys'] as const;

export default defineCheck({
  title: 'An application may list every key name in one go',
  severity: 'info',
  why: 'KEYS walks the whole key space while everybody else waits, and gives names that the user’s key patterns do not cover.',
  remedy: 'Use SCAN in its place, and take KEYS away: ACL SETUSER name -keys.',
  links: ['https://redis.io/docs/latest/commands/keys/'],
  needs: ['grants'],
  judge: ({ grants }) => openToApplications(grants, commands, ['read']),
  examples: {
    good: {
      'an application’s commands': {
        grants: [grant('default', { commands: ['get', 'keys'] }), grant('app')],
      },
    },
    bad: {
      'left over from +@all': {
        grants: [grant('app', { commands: ['get', 'keys'], can: { read: ['keys'] } })],
      },
    },
    other: {
      'who owns the server is told so elsewhere': {
        facts: {
          grants: [
            grant('default'),
            grant('admin'),
            grant('web', { commands: ['config|set', 'get', 'keys'] }),
          ],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
