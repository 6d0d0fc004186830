import { defineCheck, failEach, fault, pass, undecided } from '../../define-check.ts';
import { conf, identity, problem } from '../../example-facts.ts';
import { listed } from '../../readings/values.ts';

export default defineCheck({
  title: 'The server will not start with this configuration',
  severity: 'medium',
  why: 'One line that the server refuses keeps it down. It runs now because it was started before the edit; the next restart, of an upgrade or of a reboot at night, fails, and what is then pulled out in haste is often the line that kept it safe.',
  remedy:
    'Correct the line of the configuration file, and try a copy of the file with the same version on another machine or in a container before the restart.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/config/'],
  needs: ['conf', 'identity'],
  judge({ conf: { problems }, identity: who }) {
    const fatal = problems.filter((one) => one.fatal);
    if (fatal.length === 0) return pass;
    // Directives come and go with versions: read as the newest server would, an old file may look wrong.
    if (who.version === undefined) {
      const lines = fatal.map(({ line, reason }) => `line ${line}: ${reason}`);
      return undecided(
        `read as the newest ${who.product} would, ${listed(lines, 3)}; the version in use is not known`,
      );
    }
    return failEach(
      fatal.map(({ file, line, reason }) =>
        fault(
          `${who.product} ${who.version ?? ''} refuses line ${line}: ${reason}`,
          [{ kind: 'investigate', what: `line ${line} of ${file}` }],
          {
            where: { file, line },
          },
        ),
      ),
    );
  },
  examples: {
    good: { starts: { conf: conf(), identity: identity() } },
    bad: {
      'a slip of the pen': {
        conf: conf({ problems: [problem('Bad directive or wrong number of arguments', true)] }),
        identity: identity(),
      },
    },
    other: {
      'no version to read it by': {
        facts: {
          conf: conf({ problems: [problem('Bad directive or wrong number of arguments', true)] }),
          identity: { product: 'redis', doubts: [], because: [] },
        },
        verdict: 'unknown',
      },
    },
  },
});
