import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { conf, processFacts, settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

/** Files that the server keeps for itself. */
const own = 32;
const wantedByDefault = 10_000;

export default defineCheck({
  title: 'The server got fewer connections than it asked for',
  severity: 'low',
  why: 'The limit of open files is too low, so the server lowered maxclients when it started. A few thousand idle connections then keep everybody out, the administrator too.',
  remedy:
    'Raise LimitNOFILE in the unit (or --ulimit nofile of the container) above maxclients + 32, and restart.',
  links: ['https://redis.io/docs/latest/develop/reference/clients/'],
  needs: ['process', 'settings'],
  uses: ['conf'],
  judge({ process: { limits }, settings: values }, { conf: file }) {
    const files = limits.nofile;
    const got = Number(textOf(values, 'maxclients'));
    if (files === undefined || !Number.isInteger(got) || got === 0)
      return notApplicable('the limits are not known');
    const filed = file.known ? file.value.settings.maxclients : undefined;
    const wanted =
      typeof filed === 'string' ? Number(filed) : values.maxclients?.from === 'file' ? got : wantedByDefault;
    // Lowered by hand at runtime, the limit of files would still leave room.
    if (files === -1 || files >= wanted + own) return failEach([]);
    return failEach([
      fault(
        `${files} open files leave room for ${Math.max(1, files - own)} connections; asked for ${wanted}`,
        [{ kind: 'unit', directive: 'LimitNOFILE', value: String(Math.max(65_535, wanted + own)) }],
      ),
    ]);
  },
  examples: {
    good: {
      enough: { process: processFacts(), settings: settings({ maxclients: '10000' }) },
      'few were asked for': {
        process: processFacts({ limits: { nofile: 1024 } }),
        settings: settings({ maxclients: '500' }),
        conf: conf({ settings: { maxclients: '500' } }),
      },
      unlimited: {
        process: processFacts({ limits: { nofile: -1 } }),
        settings: settings({ maxclients: '10000' }),
      },
    },
    bad: {
      'a shell’s limit': {
        process: processFacts({ limits: { nofile: 4096 } }),
        settings: settings({ maxclients: '4064' }),
      },
    },
    other: {
      'no limit was seen': {
        facts: { process: processFacts({ limits: {} }), settings: settings({}) },
        verdict: 'not-applicable',
      },
    },
  },
});
