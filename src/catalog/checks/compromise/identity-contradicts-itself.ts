import { defineCheck, failEach, fault } from '../../define-check.ts';
import { identity } from '../../example-facts.ts';

/** What is open about every server of that kind is no contradiction. */
const harmless =
  /lets its operator choose|newer than what|development branch|gives no version|no server answered/;

export default defineCheck({
  title: 'What the server says of itself does not fit its answers',
  severity: 'low',
  why: 'A version that never existed, or answers of another product, mean that a proxy, a honeypot or a changed binary stands in for the server. Malware that poses as Redis on its port does so too. What follows from the version cannot be trusted then.',
  remedy: 'Find out which program really listens: look at the process and its package on the host.',
  links: ['https://redis.io/docs/latest/commands/info/'],
  needs: ['identity'],
  judge: ({ identity: { doubts } }) =>
    failEach(
      doubts
        .filter((doubt) => !harmless.test(doubt))
        .map((doubt) => fault(doubt, [{ kind: 'investigate', what: 'which program answers on this port' }])),
    ),
  examples: {
    good: {
      'no doubts': { identity: identity() },
      'KeyDB’s number may be chosen': {
        identity: identity({
          product: 'keydb',
          doubts: ['KeyDB lets its operator choose the version that it reports'],
        }),
      },
    },
    bad: {
      'a version that never was': {
        identity: identity({ version: '7.9.1', doubts: ['there never was a redis 7.9'] }),
      },
    },
  },
});
