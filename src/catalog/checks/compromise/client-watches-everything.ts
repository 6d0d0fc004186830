import { defineCheck, failEach, fault } from '../../define-check.ts';
import { client } from '../../example-facts.ts';
import { kindOf } from '../../../lang/address/index.ts';

/** `O` in the flags of CLIENT LIST is a client in MONITOR mode. */
const watches = ({ flags, command }: { readonly flags?: string; readonly command?: string }): boolean =>
  flags?.includes('O') === true || command?.toLowerCase() === 'monitor';

export default defineCheck({
  title: 'A client is watching every command right now',
  severity: 'low',
  why: 'MONITOR shows all keys, values and tokens that pass. Someone debugging leaves it on by mistake; an intruder leaves it on to listen.',
  remedy:
    'Find out whose client runs MONITOR; end it with CLIENT KILL if nobody knows it. It also costs half of the throughput.',
  links: ['https://redis.io/docs/latest/commands/monitor/'],
  needs: ['clients'],
  judge: ({ clients }) =>
    failEach(
      clients.filter(watches).map(({ address, user, name }) => {
        const host = address.replace(/:\d{1,5}$/, '').replace(/^\[|\]$/g, '');
        const who = `${address}${user ? `, user ${user}` : ''}${name ? `, named ${name}` : ''}`;
        return fault(`${who} runs MONITOR`, [{ kind: 'investigate', what: `the client ${who}` }], {
          severity: kindOf(host) === 'public' ? 'high' : 'low',
        });
      }),
    ),
  examples: {
    good: { 'ordinary clients': { clients: [client('10.0.0.7:40112', { flags: 'N', command: 'get' })] } },
    bad: {
      'a forgotten terminal': {
        clients: [client('10.0.0.7:40112', { flags: 'O', command: 'monitor', user: 'default' })],
      },
      'from outside': { clients: [client('1.2.3.4:40112', { flags: 'O' })] },
    },
  },
});
