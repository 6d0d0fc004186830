import { defineCheck, fault } from '../../define-check.ts';
import { hostSign } from '../../example-facts.ts';
import { orUnread } from '../../readings/host-signs.ts';

export default defineCheck({
  title: 'The port is closed by a firewall rule that nobody wrote',
  severity: 'high',
  why: 'The common worm shuts the door behind itself: a DROP for the port at the head of INPUT, and an ACCEPT for loopback. A port closed by a rule that no configuration knows is a sign of an intruder, not of safety.',
  remedy:
    'Ask who added the rule, and look for keys, cron jobs and foreign modules before you trust it. Keep the port closed while you look; then write the rule into the firewall’s own configuration.',
  links: ['https://attack.mitre.org/techniques/T1562/004/'],
  needs: ['hostSigns'],
  judge: ({ hostSigns }) =>
    orUnread(
      hostSigns
        .filter(({ kind }) => kind === 'firewall-rule')
        .map(({ path, seen }) =>
          fault(`${path}: ${seen}`, [{ kind: 'investigate', what: `who added the rule ${seen}` }]),
        ),
      hostSigns,
      'firewall',
    ),
  examples: {
    good: { 'no such rule': { hostSigns: [] } },
    other: {
      'a place that could not be read': {
        facts: { hostSigns: [hostSign('unread', 'firewall rules', 'could not be read')] },
        verdict: 'unknown',
      },
    },
    bad: {
      'the pair of rules of rsh.sh': {
        hostSigns: [
          hostSign('firewall-rule', 'filter/INPUT 1', '-p tcp --dport 6379 -j DROP, not in the saved rules'),
        ],
      },
    },
  },
});
