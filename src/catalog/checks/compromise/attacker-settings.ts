import { defineCheck, failEach, fault } from '../../define-check.ts';
import { conf, settings } from '../../example-facts.ts';
import { textOf } from '../../readings/values.ts';
import type { ConfFacts, Fact, Setting } from '../../../model/index.ts';

interface Habit {
  readonly of: string;
  /** All of them were set to `no`. */
  readonly all: readonly string[];
  /** And at least one of these too. */
  readonly any?: readonly string[];
}

const habits: readonly Habit[] = [
  {
    of: 'the Migo malware sets before it writes its keys',
    all: ['aof-rewrite-incremental-fsync', 'rdb-save-incremental-fsync'],
    any: ['protected-mode', 'replica-read-only', 'slave-read-only'],
  },
  {
    of: 'worms set so that their text survives in the dump',
    all: ['stop-writes-on-bgsave-error', 'rdbcompression'],
  },
];

/** Set to `no` on the running server, and not by the file. */
const turnedOff = (values: Readonly<Record<string, Setting>>, file: Fact<ConfFacts>, name: string): boolean =>
  values[name]?.from === 'runtime' &&
  textOf(values, name) === 'no' &&
  !(file.known && file.value.settings[name] === 'no');

export default defineCheck({
  title: 'Settings were changed the way intruders change them',
  severity: 'high',
  why: 'One of these alone is a matter of taste. Together, and on the running server only, they are the first commands of known attack scripts, which seldom put them back.',
  remedy:
    'Ask who changed these settings. If nobody did, look at dir, dbfilename, modules, cron and SSH keys before anything else; then set them back.',
  links: ['https://redis.io/docs/latest/operate/oss_and_stack/management/config/'],
  needs: ['settings'],
  uses: ['conf'],
  judge({ settings: values }, { conf: file }) {
    return failEach(
      habits.flatMap(({ of, all, any }) => {
        const some = (any ?? []).filter((name) => turnedOff(values, file, name));
        if (!all.every((name) => turnedOff(values, file, name)) || (any !== undefined && some.length === 0))
          return [];
        const off = [...all, ...some];
        return [
          fault(
            `${off.map((name) => `${name} no`).join(', ')}: what ${of}${file.known ? '' : ' (no configuration file was read to compare)'}`,
            [
              { kind: 'investigate', what: `who set ${off.join(', ')} to no` },
              ...off.map((name) => ({ kind: 'setting', name, value: 'yes' }) as const),
            ],
            { severity: file.known ? 'high' : 'medium' },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      'one alone is a choice': {
        settings: settings({ 'stop-writes-on-bgsave-error': 'no', rdbcompression: 'yes' }),
      },
      'both, as the file says': {
        settings: settings({ 'stop-writes-on-bgsave-error': 'no', rdbcompression: 'no' }),
        conf: conf({ settings: { 'stop-writes-on-bgsave-error': 'no', rdbcompression: 'no' } }),
      },
      'read from a file only': {
        settings: settings({ 'stop-writes-on-bgsave-error': 'no', rdbcompression: 'no' }, 'file'),
      },
      'no incremental fsync, and nothing else': {
        settings: settings({
          'aof-rewrite-incremental-fsync': 'no',
          'rdb-save-incremental-fsync': 'no',
          'protected-mode': 'yes',
        }),
      },
    },
    bad: {
      Migo: {
        settings: settings({
          'protected-mode': 'no',
          'replica-read-only': 'no',
          'aof-rewrite-incremental-fsync': 'no',
          'rdb-save-incremental-fsync': 'no',
        }),
      },
      'before a dump is misused': {
        settings: settings({ 'stop-writes-on-bgsave-error': 'no', rdbcompression: 'no' }),
        conf: conf(),
      },
    },
  },
});
