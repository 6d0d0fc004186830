import { defineCheck, failEach, fault, notApplicable } from '../../define-check.ts';
import { settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';

/** `normal 0 0 0 slave 268435456 67108864 60 pubsub …`: class and its hard and soft limit. */
function* limitsOf(
  value: string,
): Generator<{ readonly of: string; readonly hard: string; readonly soft: string }> {
  const words = value.split(/\s+/).slice(0, 64);
  for (let at = 0; at + 3 < words.length; at += 4)
    yield { of: words[at] ?? '', hard: words[at + 1] ?? '', soft: words[at + 2] ?? '' };
}

export default defineCheck({
  title: 'Buffers for slow subscribers or replicas have no limit',
  severity: 'low',
  why: 'What a subscriber or a replica does not fetch in time piles up in memory. One that stops reading, by accident or on purpose, takes the server down. (Normal clients are unlimited by default: they get answers only to what they ask.)',
  remedy: 'Put the defaults back: client-output-buffer-limit replica 256mb 64mb 60, and pubsub 32mb 8mb 60.',
  links: ['https://redis.io/docs/latest/develop/reference/clients/#output-buffer-limits'],
  needs: ['settings'],
  judge({ settings: values }) {
    const value = textOf(values, 'client-output-buffer-limit');
    if (value === undefined) return notApplicable('the server has no such setting');
    return failEach(
      [...limitsOf(value)]
        .filter(({ of, hard, soft }) => of !== 'normal' && Number(hard) === 0 && Number(soft) === 0)
        .map(({ of }) =>
          fault(
            `client-output-buffer-limit ${of} is 0 0`,
            [
              {
                kind: 'setting',
                name: 'client-output-buffer-limit',
                value: of === 'pubsub' ? 'pubsub 32mb 8mb 60' : `${of} 256mb 64mb 60`,
              },
            ],
            { where: values['client-output-buffer-limit']?.where },
          ),
        ),
    );
  },
  examples: {
    good: {
      'as installed': {
        settings: settings({
          'client-output-buffer-limit': 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
        }),
      },
    },
    bad: {
      'to calm down a replica': {
        settings: settings({ 'client-output-buffer-limit': 'normal 0 0 0 slave 0 0 0 pubsub 0 0 0' }, 'file'),
      },
    },
    other: { 'no such setting': { facts: { settings: settings({}) }, verdict: 'not-applicable' } },
  },
});
