import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { conf, identity, line, sentinelMaster } from '../../example-facts.ts';
import type { DirectiveLine, Location } from '../../../model/index.ts';

interface Watched {
  readonly name: string;
  readonly quorum: number;
  /** All Sentinels, this one with them; `undefined` where the file does not tell. */
  readonly sentinels?: number;
  readonly where?: Location;
}

/** What the file says; a Sentinel writes the others into it as it finds them. */
function inFile(lines: readonly DirectiveLine[]): readonly Watched[] {
  const own = lines.filter(({ name }) => name === 'sentinel');
  return own
    .filter(({ args }) => args[0] === 'monitor')
    .map(({ args, file, line: at }) => {
      const others = own.filter((one) => one.args[0] === 'known-sentinel' && one.args[1] === args[1]).length;
      return {
        name: typeof args[1] === 'string' ? args[1] : '',
        quorum: Number(args[4]),
        ...(others > 0 ? { sentinels: others + 1 } : {}),
        where: { file, line: at },
      };
    });
}

function wrongWith({ quorum, sentinels }: Watched): string | undefined {
  if (sentinels === undefined) return quorum === 1 ? 'so one Sentinel alone decides' : undefined;
  if (quorum > sentinels) return `and there are only ${sentinels} Sentinels`;
  if (sentinels < 3) return `of ${sentinels} Sentinels, and fewer than three cannot outlive one of them`;
  return quorum === 1 ? `of ${sentinels} Sentinels, so one alone decides` : undefined;
}

export default defineCheck({
  title: 'The quorum does not fit the number of Sentinels',
  severity: 'low',
  why: 'With a quorum of 1 a single Sentinel, or whoever took it over or cut its network, calls a healthy master dead; with two Sentinels, or a quorum above their number, a real failure moves nothing.',
  remedy: 'Run three or five Sentinels on hosts that fail apart, with a quorum of more than half of them.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/'],
  needs: ['identity'],
  uses: ['sentinelMasters', 'conf'],
  judge({ identity: { mode } }, { sentinelMasters, conf: file }) {
    if (mode !== 'sentinel') return notApplicable('the server is no Sentinel');
    const watched: readonly Watched[] | undefined = sentinelMasters.known
      ? sentinelMasters.value
      : file.known
        ? inFile(file.value.lines)
        : undefined;
    if (watched === undefined) return undecided('what it watches is not known');
    if (watched.length === 0) return notApplicable('it watches nothing');
    return failEach(
      watched.flatMap((one) => {
        const wrong = wrongWith(one);
        if (wrong === undefined) return [];
        const most = Math.max(2, Math.floor((one.sentinels ?? 3) / 2) + 1);
        return [
          fault(
            `${one.name}: quorum ${one.quorum}, ${wrong}`,
            [
              {
                kind: 'setting',
                name: `sentinel monitor ${one.name}`,
                ask: `quorum ${most}, with three Sentinels or more`,
              },
            ],
            { where: one.where },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'two of three': { identity: identity({ mode: 'sentinel' }), sentinelMasters: [sentinelMaster('main')] },
      'a file that has met nobody yet': {
        identity: identity({ mode: 'sentinel' }),
        conf: conf({
          sentinel: true,
          lines: [line('sentinel', ['monitor', 'main', '10.0.0.5', '6379', '2'])],
        }),
      },
    },
    bad: {
      'one decides': {
        identity: identity({ mode: 'sentinel' }),
        sentinelMasters: [sentinelMaster('main', { quorum: 1, sentinels: 5 })],
      },
      alone: {
        identity: identity({ mode: 'sentinel' }),
        sentinelMasters: [sentinelMaster('main', { quorum: 1, sentinels: 1 })],
      },
      'out of reach': {
        identity: identity({ mode: 'sentinel' }),
        sentinelMasters: [sentinelMaster('main', { quorum: 4, sentinels: 3 })],
      },
      'from its file': {
        identity: identity({ mode: 'sentinel' }),
        conf: conf({
          sentinel: true,
          lines: [line('sentinel', ['monitor', 'main', '10.0.0.5', '6379', '1'])],
        }),
      },
    },
    other: {
      'a data node': { facts: { identity: identity() }, verdict: 'not-applicable' },
      'nothing was seen': { facts: { identity: identity({ mode: 'sentinel' }) }, verdict: 'unknown' },
    },
  },
});
