import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { sentinelMaster } from '../../example-facts.ts';

export default defineCheck({
  title: 'The quorum does not fit the number of Sentinels',
  severity: 'low',
  why: 'With a quorum of 1 a single Sentinel, or whoever took it over or cut its network, calls a healthy master dead; with two Sentinels, or a quorum above their number, a real failure moves nothing.',
  remedy: 'Run three or five Sentinels on hosts that fail apart, with a quorum of more than half of them.',
  links: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#fundamental-things-to-know-about-sentinel-before-deploying',
  ],
  needs: ['sentinelMasters'],
  judge({ sentinelMasters }) {
    if (sentinelMasters.length === 0) return notApplicable('it watches nothing');
    return failEach(
      sentinelMasters.flatMap(({ name, quorum, sentinels }) => {
        const most = Math.floor(sentinels / 2) + 1;
        const wrong =
          quorum > sentinels
            ? 'more than there are'
            : sentinels < 3
              ? 'and fewer than three cannot outlive one of them'
              : quorum === 1
                ? 'so one alone decides'
                : undefined;
        if (wrong === undefined) return [];
        return [
          fault(`${name}: quorum ${quorum} of ${sentinels} Sentinels, ${wrong}`, [
            {
              kind: 'setting',
              name: `sentinel monitor ${name}`,
              value: `quorum ${Math.max(2, most)}, with three Sentinels or more`,
            },
          ]),
        ];
      }),
    );
  },
  examples: {
    good: { 'two of three': { sentinelMasters: [sentinelMaster('main')] } },
    bad: {
      'one decides': { sentinelMasters: [sentinelMaster('main', { quorum: 1, sentinels: 5 })] },
      alone: { sentinelMasters: [sentinelMaster('main', { quorum: 1, sentinels: 1 })] },
      'out of reach': { sentinelMasters: [sentinelMaster('main', { quorum: 4, sentinels: 3 })] },
    },
    other: { 'nothing watched': { facts: { sentinelMasters: [] }, verdict: 'not-applicable' } },
  },
});
