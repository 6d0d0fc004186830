import { branchAtLeast } from '../branch.ts';
import { createMemory } from '../remembered.ts';
import {
  unknown,
  type Collected,
  type CollectedName,
  type Fact,
  type Identity,
  type Setting,
  type Unknown,
} from '../../model/index.ts';

/** The first version of the Redis line that has what a fact asks for. Source: the command reference. */
const since: Partial<Record<CollectedName, string>> = {
  aclUsers: '6.0',
  aclLog: '6.0',
  whoami: '6.0',
  modules: '4.0',
  functions: '7.0',
  commandReply: '2.8.13',
};

/** Sentinels got some of it later. */
const sinceInSentinel: typeof since = {
  ...since,
  aclUsers: '6.2',
  aclLog: '6.2',
  whoami: '6.2',
  commandReply: '6.2',
};

/** Products whose versions are numbers of the Redis line, or stand for one. */
const line: ReadonlySet<Identity['product']> = new Set(['redis', 'valkey', 'keydb']);

/** What Sentinels do not answer, whatever their version. */
const notInSentinel: ReadonlySet<CollectedName> = new Set([
  'config',
  'modules',
  'functions',
  'indicatorKeys',
  'clusterNodes',
]);

function reasonFor(
  name: CollectedName,
  facts: Collected,
  identity: Fact<Identity>,
  settings: Fact<Readonly<Record<string, Setting>>>,
): string | undefined {
  const set = (directive: string): string | undefined => {
    const value = settings.known ? settings.value[directive]?.value : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const off = (directive: string): boolean => settings.known && (set(directive) ?? '') === '';
  const first = (identity.known && identity.value.mode === 'sentinel' ? sinceInSentinel : since)[name];
  if (
    first !== undefined &&
    identity.known &&
    line.has(identity.value.product) &&
    identity.value.version &&
    !branchAtLeast(identity.value, first)
  ) {
    return `${identity.value.version} has no such thing: it came with ${first}`;
  }
  if (identity.known && identity.value.mode === 'sentinel' && notInSentinel.has(name))
    return 'a Sentinel has no such thing';
  switch (name) {
    case 'clusterNodes':
      return identity.known && identity.value.mode && identity.value.mode !== 'cluster'
        ? 'the server is in no cluster'
        : undefined;
    case 'sentinelMasters':
      return identity.known && identity.value.mode && identity.value.mode !== 'sentinel'
        ? 'the server is no Sentinel'
        : undefined;
    case 'aclFile':
      return off('aclfile') ? 'no ACL file is configured' : undefined;
    case 'certificates':
    case 'servedCertificate':
      return settings.known &&
        (set('tls-port') ?? '0') === '0' &&
        !(facts.endpoint.known && facts.endpoint.value.tls)
        ? 'TLS is off'
        : undefined;
    case 'conf':
      return facts.info.known && facts.info.value.config_file === ''
        ? 'the server runs without a configuration file'
        : undefined;
    default:
      return undefined;
  }
}

// Few are said of many servers, and what a check answers to one of them is then said already: see `judge`.
const absent = createMemory<Unknown>();

/**
 * Tells "there is none" from "we do not know": what is absent makes a check not applicable, what is unknown makes
 * it unknown. Only what version, mode and settings settle counts as absent.
 */
export function withAbsences(
  facts: Collected,
  identity: Fact<Identity>,
  settings: Fact<Readonly<Record<string, Setting>>>,
): Collected {
  const refined = Object.entries(facts).map(([name, fact]): [string, Fact<unknown> | Unknown] => {
    if (fact.known || fact.why === 'absent') return [name, fact];
    const reason = reasonFor(name as CollectedName, facts, identity, settings);
    return [name, reason === undefined ? fact : absent(reason, () => unknown('absent', reason))];
  });
  return Object.fromEntries(refined) as unknown as Collected;
}
