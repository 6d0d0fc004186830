import { defineCheck, failEach, fault } from '../../define-check.ts';
import { conf, moduleFacts, processFacts } from '../../example-facts.ts';
import { isInstalled, isLoose } from '../../readings/places.ts';
import type {
  ConfFacts,
  Fact,
  ModuleFacts,
  ProcessFacts,
  Severity,
  UnitFacts,
} from '../../../model/index.ts';

/** Names of the modules that go with attack tools: the one of RedisModules-ExecuteCommand, and what is built on it. */
const intruders = new Set([
  'system',
  'exp',
  'exploit',
  'shell',
  'revshell',
  'rev',
  'rce',
  'evil',
  'cmd',
  'exec',
  'backdoor',
  'rogue',
]);

/** Modules that vendors ship, by the name that MODULE LIST gives. */
const vendors = new Set(
  (
    'search searchlight ft rejson json timeseries bf rediscompat redisgears redisgears_2 graph ai vectorset lua ' +
    'valkey-ldap ldap valkeyaudit audit redis-cell neural-nets redissql rl'
  ).split(' '),
);

/**
 * Named in the file, the unit or the command line: then somebody meant it to be loaded. The server overwrites its
 * arguments with a title, so that an argument not seen proves nothing.
 */
function isMeant(
  path: string,
  file: Fact<ConfFacts>,
  process: Fact<ProcessFacts>,
  unit: Fact<UnitFacts>,
): boolean | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (process.known && process.value.argv.some((argument) => argument.includes(name))) return true;
  if (unit.known && unit.value.service.ExecStart?.includes(name)) return true;
  if (!file.known) return undefined;
  return file.value.lines.some(({ name: directive, args: [library] }) => {
    return directive === 'loadmodule' && typeof library === 'string' && library.endsWith(name);
  });
}

function weigh(
  { name, path = '' }: ModuleFacts,
  meant: boolean | undefined,
): readonly [Severity, string] | undefined {
  if (intruders.has(name.toLowerCase())) return ['critical', 'a name that attack tools give to theirs'];
  // Linked into the server (Valkey says `lua` for a path): without a slash the loader takes no file of the data folder.
  if (!path.includes('/')) return undefined;
  const known = vendors.has(name.toLowerCase());
  if (isLoose(path)) {
    if (!meant) return ['critical', 'from where anybody may write'];
    return known ? undefined : ['medium', 'as configured, from where anybody may write'];
  }
  if (meant) return undefined;
  if (meant === false) {
    const severity = isInstalled(path) ? (known ? 'low' : 'medium') : 'high';
    return [severity, 'which the configuration file does not load'];
  }
  return isInstalled(path)
    ? undefined
    : [known ? 'low' : 'medium', 'from outside the folders that packages install into'];
}

export default defineCheck({
  title: 'A module is loaded that does not look like its owner’s',
  severity: 'critical',
  why: 'A module is native code inside the server. A rogue master writes one as a dump, MODULE LOAD runs it, and its system.exec is a shell. It lives in memory until the server is restarted, even when its file is gone.',
  remedy:
    'Find out who loaded the module. If nobody knows, isolate the host, keep a copy of the file for analysis, and rebuild.',
  links: [
    'https://redis.io/docs/latest/develop/reference/modules/',
    'https://attack.mitre.org/techniques/T1129/',
  ],
  needs: ['modules'],
  uses: ['conf', 'process', 'unit'],
  judge({ modules }, { conf: file, process, unit }) {
    return failEach(
      modules.flatMap((module) => {
        const weight = weigh(module, module.path ? isMeant(module.path, file, process, unit) : undefined);
        if (!weight) return [];
        const [severity, because] = weight;
        const from = module.path ? ` (${module.path})` : '';
        return [
          fault(
            `module ${module.name}${from}, ${because}`,
            [{ kind: 'investigate', what: `module ${module.name}${from}` }],
            { severity },
          ),
        ];
      }),
    );
  },
  examples: {
    good: {
      none: { modules: [] },
      'built in': { modules: [moduleFacts('vectorset'), moduleFacts('lua', 'lua')] },
      'from the packages': {
        modules: [
          moduleFacts('ReJSON', '/opt/redis-stack/lib/rejson.so'),
          moduleFacts('search', '/usr/local/lib/redis/modules/redisearch.so'),
        ],
      },
      'home-made, and named in the file': {
        modules: [moduleFacts('orders', '/srv/redis/orders.so')],
        conf: conf({
          lines: [
            { name: 'loadmodule', args: ['/srv/redis/orders.so'], file: '/etc/redis/redis.conf', line: 3 },
          ],
        }),
      },
      'named on the command line': {
        modules: [moduleFacts('search', '/data/redisearch.so')],
        process: processFacts({ argv: ['redis-server', '--loadmodule', '/data/redisearch.so'] }),
      },
    },
    bad: {
      'what the rogue-server tools load': { modules: [moduleFacts('system', '/var/lib/redis/exp.so')] },
      'from a temporary folder': { modules: [moduleFacts('vector', '/dev/shm/v.so')] },
      'a path relative to dir': { modules: [moduleFacts('cache', './cache.so')] },
      'a known name in a place of its own': { modules: [moduleFacts('ReJSON', '/tmp/rejson.so')] },
      'loaded by hand': {
        modules: [moduleFacts('orders', '/usr/lib/orders.so')],
        conf: conf(),
        process: processFacts(),
      },
      'in the data folder': { modules: [moduleFacts('orders', '/var/lib/redis/orders.so')] },
    },
  },
});
