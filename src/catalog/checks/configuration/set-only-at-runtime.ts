import { directiveTable, normalise } from '../../../lang/conf/index.ts';
import { defineCheck, failEach, fault, notApplicable, undecided } from '../../define-check.ts';
import { conf, identity, processFacts, secret, settings } from '../../example-facts.ts';
import { isContained } from '../../readings/listening.ts';
import { releaseOf } from '../../readings/upstream.ts';
import { secretOf, textOf } from '../../readings/values.ts';

/** Settings that decide who gets in, and that CONFIG SET may change. */
const deciding = [
  'bind',
  'protected-mode',
  'replica-read-only',
  'tls-auth-clients',
  'tls-auth-clients-user',
  'acllog-max-len',
  'acl-pubsub-default',
] as const;

export default defineCheck({
  title: 'A deciding setting stands in no file',
  severity: 'medium',
  why: 'CONFIG SET protected-mode no, or bind, opens a server without a trace in its file: the file says nothing, so nothing seems to differ. It is among the first things that malware does; and the next restart undoes it, also where it was meant.',
  remedy:
    'If the running setting is meant, write it down with CONFIG REWRITE; if nobody set it, set it back and look for signs of an intruder.',
  links: ['https://redis.io/docs/latest/commands/config-set/'],
  needs: ['settings', 'conf', 'identity'],
  uses: ['process', 'container'],
  judge({ settings: values, conf: file, identity: who }, { process, container }) {
    const release = releaseOf(who);
    if (release === undefined) return undecided('the version is not known, and with it the defaults');
    const { product, version } = release;
    if (product !== 'redis' && product !== 'valkey' && product !== 'keydb')
      return notApplicable(`the defaults of ${product} are not known`);
    if (!Object.values(values).some(({ from }) => from === 'runtime'))
      return notApplicable('nothing was read from the running server');
    const table = directiveTable(product, version);
    const asked = process.known ? process.value.argv : [];
    const changed = deciding.flatMap((name) => {
      const here = values[name]?.from === 'runtime' ? textOf(values, name) : undefined;
      const usual = table.get(name)?.default;
      // Images for containers are built with protected mode off.
      if (here === undefined || usual === undefined || (name === 'protected-mode' && isContained(container)))
        return [];
      if (file.settings[name] !== undefined || asked.includes(`--${name}`)) return [];
      // Up to 6.0 the answer for no line at all is empty.
      if (name === 'bind' && here === '') return [];
      if (normalise(name, here) === normalise(name, usual)) return [];
      return [{ name, seen: `${name} is ${here || '""'}, by default ${usual || '""'}`, back: usual }];
    });
    const login = secretOf(values, 'masterauth');
    const unfiled =
      login !== undefined &&
      file.settings.masterauth === undefined &&
      file.settings.primaryauth === undefined;
    return failEach([
      ...changed.map(({ name, seen, back }) =>
        fault(`${seen}; ${file.path} does not say so`, [
          { kind: 'investigate', what: `who set ${name} on the running server or its command line` },
          { kind: 'setting', name, value: back },
        ]),
      ),
      ...(unfiled && values.masterauth?.from === 'runtime'
        ? [
            fault(
              `masterauth is set, and ${file.path} does not say so`,
              [{ kind: 'investigate', what: 'who set masterauth on the running server or its command line' }],
              { severity: 'low' },
            ),
          ]
        : []),
    ]);
  },
  examples: {
    good: {
      'as by default': {
        settings: settings({ 'protected-mode': 'yes', bind: '* -::*' }),
        conf: conf(),
        identity: identity(),
      },
      'as the file says': {
        settings: settings({ 'protected-mode': 'no' }),
        conf: conf({ settings: { 'protected-mode': 'no' } }),
        identity: identity(),
      },
      'as the command line says': {
        settings: settings({ 'protected-mode': 'no' }),
        conf: conf(),
        identity: identity(),
        process: processFacts({ argv: ['redis-server', '/etc/redis/redis.conf', '--protected-mode', 'no'] }),
      },
      'as the image was built': {
        settings: settings({ 'protected-mode': 'no' }),
        conf: conf(),
        identity: identity(),
        container: { kind: 'docker' },
      },
    },
    bad: {
      'opened with CONFIG SET': {
        settings: settings({ 'protected-mode': 'no' }),
        conf: conf(),
        identity: identity(),
      },
      'a login to a master nobody wrote down': {
        settings: settings({ masterauth: secret('fair') }),
        conf: conf(),
        identity: identity(),
      },
    },
    other: {
      'only the file was read': {
        facts: { settings: settings({ 'protected-mode': 'no' }, 'file'), conf: conf(), identity: identity() },
        verdict: 'not-applicable',
      },
      'no version': {
        facts: {
          settings: settings({}),
          conf: conf(),
          identity: { product: 'redis', doubts: [], because: [] },
        },
        verdict: 'unknown',
      },
    },
  },
});
