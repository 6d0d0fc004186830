import { defineCheck, failEach, fault } from '../../define-check.ts';
import { filtering } from '../../example-facts.ts';

/** What opens, or leaves open, more than its author will have thought. */
const grave: ReadonlySet<string> = new Set([
  'shadowed',
  'dead',
  'uncalled-chain',
  'no-such-interface',
  'one-family',
]);

export default defineCheck({
  title: 'A firewall rule for its port does nothing',
  severity: 'medium',
  why: 'Rules are tried from the first to the last, and the first that decides is the only one that counts. Whoever wrote a rule that is never met believes that a port is closed, or that a client gets in, and neither is so.',
  remedy:
    'Move the rule before the one that decides instead, mend what it names, or delete it; then see with keyward firewall show who gets in.',
  links: ['https://man7.org/linux/man-pages/man8/iptables.8.html'],
  needs: ['filtering'],
  judge({ filtering: { idle } }) {
    return failEach(
      idle.map(({ rule, kind, why }) =>
        fault(
          `${rule}: ${why}`,
          [{ kind: 'investigate', what: 'what this rule was meant to do, and who gets in without it' }],
          { severity: grave.has(kind) ? 'medium' : 'low' },
        ),
      ),
    );
  },
  examples: {
    good: {
      'every rule is met': { filtering: filtering() },
      'no rules': { filtering: filtering({ rules: 0, savedIn: [] }) },
    },
    bad: {
      'an ACCEPT before the DROP': {
        filtering: filtering({
          idle: [
            {
              rule: '-A INPUT -p tcp -m tcp --dport 6379 -j DROP (iptables-save:9)',
              kind: 'shadowed',
              why: 'never met: line 7 accepts all of it before',
            },
          ],
        }),
      },
      'only IPv4': {
        filtering: filtering({
          idle: [
            {
              rule: '-A INPUT -p tcp -m tcp --dport 6379 -j DROP (iptables-save:9)',
              kind: 'one-family',
              why: 'over IPv6 all may reach 6379 by eth0, which over IPv4 is shut',
            },
          ],
        }),
      },
    },
  },
});
