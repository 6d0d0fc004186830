import { defineCheck } from '../../define-check.ts';
import { grant } from '../../example-facts.ts';
import { openToApplications } from '../../readings/open-commands.ts';

const commands = ['function|load', 'function|delete', 'function|flush', 'function|restore'] as const;

export default defineCheck({
  title: 'An application may replace the server’s functions',
  severity: 'medium',
  why: 'Functions are shared by all users and run with the rights of whoever calls them. Who can load one can change what an administrator’s FCALL does; it is kept in the data and goes to every replica. +@write brings FUNCTION LOAD along, which few expect.',
  remedy:
    'Leave FCALL, take the rest away: ACL SETUSER name -function. Load libraries with an administration user at deployment.',
  links: ['https://redis.io/docs/latest/develop/programmability/functions-intro/'],
  needs: ['grants'],
  judge: ({ grants }) => openToApplications(grants, commands, ['control']),
  examples: {
    good: {
      'an application’s commands': {
        grants: [grant('default', { commands: ['get', 'fcall', 'function|load'] }), grant('app')],
      },
    },
    bad: {
      'left over from +@all': {
        grants: [
          grant('app', { commands: ['get', 'fcall', 'function|load'], can: { control: ['function|load'] } }),
        ],
      },
    },
    other: {
      'who owns the server is told so elsewhere': {
        facts: {
          grants: [
            grant('default'),
            grant('admin'),
            grant('web', { commands: ['config|set', 'get', 'fcall', 'function|load'] }),
          ],
        },
        verdict: 'not-applicable',
      },
    },
  },
});
