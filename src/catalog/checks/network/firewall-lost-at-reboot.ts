import { defineCheck, failEach, fault } from '../../define-check.ts';
import { filtering } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'Firewall rules for its port are gone after a reboot',
  severity: 'medium',
  why: 'Rules that were typed in live in the kernel only. When the host starts again the port is as open, or as closed, as the saved rules say, and nobody notices on that day.',
  remedy:
    'Save what runs in the way of this distribution: netfilter-persistent save, service iptables save, or nft list ruleset into the file that nftables.service loads.',
  links: ['https://wiki.debian.org/iptables', 'https://wiki.nftables.org/wiki-nftables/index.php/Main_Page'],
  needs: ['filtering'],
  judge({ filtering: { unsaved, savedIn } }) {
    if (unsaved.length === 0) return failEach([]);
    const where =
      savedIn.length === 0 ? 'and no file brings rules back at boot' : `and not in ${listed(savedIn)}`;
    return failEach([
      fault(`in the kernel ${where}: ${unsaved.join('; ')}`, [
        { kind: 'investigate', what: 'who wrote these rules, and whether they are to stay' },
      ]),
    ]);
  },
  examples: {
    good: {
      'saved as they run': { filtering: filtering() },
      'no rules': { filtering: filtering({ rules: 0, savedIn: [] }) },
    },
    bad: {
      'typed in': {
        filtering: filtering({
          unsaved: ['-A INPUT ! -s 10.0.0.0/8 -p tcp -m tcp --dport 6379 -j DROP (iptables-save:12)'],
          savedIn: [],
        }),
      },
      'one more than the file has': {
        filtering: filtering({
          rules: 2,
          unsaved: ['-A INPUT -s 198.51.100.7/32 -p tcp -m tcp --dport 6379 -j ACCEPT (iptables-save:8)'],
        }),
      },
    },
  },
});
