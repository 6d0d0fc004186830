import { defineCheck, failEach, fault } from '../../define-check.ts';
import { listed } from '../../readings/values.ts';

/** What a function cannot need: native code and other programs. The rest has rare honest uses. */
const breaksOut = /native library|C symbol|program|loadlib|luaopen|popen|os\.execute/i;

export default defineCheck({
  title: 'A function library holds code that breaks out of the sandbox',
  severity: 'critical',
  why: 'Functions are stored with the data, survive a restart and go to every replica. package.loadlib, io.popen, getmetatable tricks or an endless loop have no place in honest ones; they are how known holes of the script engine are used.',
  remedy:
    'Read the library (FUNCTION LIST WITHCODE) and ask who loaded it. If nobody did, treat the host as taken, then FUNCTION DELETE it.',
  links: [
    'https://redis.io/docs/latest/commands/function-list/',
    'https://www.cve.org/CVERecord?id=CVE-2022-0543',
  ],
  needs: ['functions'],
  judge: ({ functions }) =>
    failEach(
      functions
        .filter(({ signs }) => signs.length > 0)
        .map(({ name, engine, signs }) =>
          fault(
            `library ${name} (${engine}): ${listed(signs)}`,
            [{ kind: 'investigate', what: `who loaded function library ${name}` }],
            { severity: signs.some((sign) => breaksOut.test(sign)) ? 'critical' : 'medium' },
          ),
        ),
    ),
  examples: {
    good: {
      none: { functions: [] },
      'plain Lua': { functions: [{ name: 'orders', engine: 'LUA', signs: [] }] },
    },
    bad: {
      'collects garbage by hand': {
        functions: [{ name: 'lib', engine: 'LUA', signs: ['drives the garbage collector'] }],
      },
      'the Debian hole': {
        functions: [{ name: 'lib', engine: 'LUA', signs: ['loads a native library', 'starts a program'] }],
      },
    },
  },
});
