import { defineCheck, failEach, fault } from '../../define-check.ts';
import { conf, problem } from '../../example-facts.ts';

export default defineCheck({
  title: 'A line of the configuration does not do what it says',
  severity: 'low',
  why: 'The server starts, and what the line was for does not happen: a setting that this version ignores, or a file that could not be read. Whoever reads the file believes otherwise.',
  remedy: 'Correct the line of the configuration file, or take it out.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/config/'],
  needs: ['conf'],
  judge: ({ conf: { problems } }) =>
    failEach(
      problems
        .filter(({ fatal }) => !fatal)
        .map(({ file, line, reason }) =>
          fault(`line ${line}: ${reason}`, [{ kind: 'investigate', what: `line ${line} of ${file}` }], {
            where: { file, line },
          }),
        ),
    ),
  examples: {
    good: {
      none: { conf: conf() },
      'what keeps it from starting is said louder': {
        conf: conf({ problems: [problem('Bad directive', true)] }),
      },
    },
    bad: {
      'an include that was not read': {
        conf: conf({ problems: [problem('What /etc/redis/*.conf includes was not read', false)] }),
      },
    },
  },
});
