import { defineCheck, fault } from '../../define-check.ts';
import { hostSign } from '../../example-facts.ts';
import { orUnread } from '../../readings/host-signs.ts';

const kinds = {
  cron: 'cron',
  'authorized-keys': 'SSH keys',
  systemd: 'systemd',
} as const;

export default defineCheck({
  title: 'An intruder’s cron job, SSH key or service is on this host',
  severity: 'critical',
  why: 'A file with the head of a dump, or a job that fetches a script every few minutes, in a cron, SSH or systemd folder is what a Redis that was open leaves behind. The intruder comes back through it after every clean-up of the server.',
  remedy:
    'Take the host off the network, keep copies for analysis, and rebuild it from a known state. Deleting the file alone is not enough.',
  links: ['https://attack.mitre.org/techniques/T1053/003/', 'https://attack.mitre.org/techniques/T1098/004/'],
  needs: ['hostSigns'],
  judge: ({ hostSigns }) =>
    orUnread(
      hostSigns.flatMap(({ kind, path, seen }) => {
        if (kind !== 'cron' && kind !== 'authorized-keys' && kind !== 'systemd') return [];
        return [
          fault(
            `${kinds[kind]}: ${path}: ${seen}`,
            [{ kind: 'investigate', what: `${path} and what it starts` }],
            {
              where: { file: path },
            },
          ),
        ];
      }),
      hostSigns,
      'schedules',
    ),
  examples: {
    good: { 'nothing found': { hostSigns: [] } },
    other: {
      'a place that could not be read': {
        facts: { hostSigns: [hostSign('unread', '/root/.ssh/authorized_keys', 'could not be read')] },
        verdict: 'unknown',
      },
    },
    bad: {
      'a dump read by cron': {
        hostSigns: [hostSign('cron', '/var/spool/cron/root', 'begins with REDIS0011')],
      },
      'a key in a dump': {
        hostSigns: [hostSign('authorized-keys', '/root/.ssh/authorized_keys', 'begins with REDIS0009')],
      },
    },
  },
});
