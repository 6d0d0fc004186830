import { defineCheck, failEach, fault, notApplicable, pass } from '../../define-check.ts';
import { exposure, origin } from '../../example-facts.ts';
import { othersWhoGetIn, viaOf } from '../../readings/reachable.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'Passwords and data cross the network in clear text',
  severity: 'medium',
  why: 'AUTH sends the password as it is, with every connection. Whoever sees the traffic, on the same switch, at a hosting provider, in a mirror port, has the login and all data.',
  remedy:
    'Open a TLS port beside the plain one (tls-port 6380, with certificate, key and authority), move the clients and replicas, then close the plain one with port 0. Redis has TLS from 6.0 on; before, put stunnel or a WireGuard network in between.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/'],
  needs: ['exposure'],
  judge({ exposure: table }) {
    if (table.origins.length === 0) return notApplicable('it is not known who gets to the server');
    const tcp = table.origins.filter(({ via }) => 'port' in via);
    // With a TLS port beside it, the plain one is the fault: plain-port-beside-tls.
    if (tcp.some(({ via }) => 'port' in via && via.tls)) return pass;
    const others = othersWhoGetIn(table);
    if (others.length === 0) return pass;
    const worst = others.some(({ reach, certainty }) => reach === 'internet' && certainty === 'certain');
    const contained = others.every(({ reach }) => reach === 'container');
    return failEach([
      fault(
        `${listed([...new Set(others.map(viaOf))])}: plain text, for ${listed([...new Set(others.map(({ label }) => label))], 3)}`,
        [{ kind: 'setting', name: 'tls-port', ask: 'a free port beside the plain one, such as 6380' }],
        { severity: worst ? 'high' : contained ? 'low' : 'medium' },
      ),
    ]);
  },
  examples: {
    good: {
      'this host only': { exposure: exposure([origin('host')]) },
      TLS: {
        exposure: exposure([origin('network', { via: { address: '10.0.0.5', port: 6379, tls: true } })]),
      },
      'protected mode refuses them before a word is said': {
        exposure: exposure([origin('network', { refused: 'protected mode' }), origin('host')]),
      },
    },
    bad: {
      'a private network': { exposure: exposure([origin('network'), origin('host')]) },
      'the Internet': { exposure: exposure([origin('internet')]) },
      'containers of this host': { exposure: exposure([origin('container'), origin('host')]) },
    },
    other: { 'nothing known': { facts: { exposure: exposure([]) }, verdict: 'not-applicable' } },
  },
});
