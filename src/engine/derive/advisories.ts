import {
  advisoriesFor,
  advisory,
  type Advisory,
  type AdvisoryContext,
  type Reach,
} from '../../catalog/advisories/index.ts';
import type {
  Actor,
  AdvisoryState,
  CollectedFacts,
  Fact,
  Grant,
  Identity,
  ModuleFacts,
  Setting,
} from '../../model/index.ts';
import { commandsOf } from '../granted.ts';

export interface AdvisoryInputs {
  readonly identity: Identity;
  readonly settings: Fact<Readonly<Record<string, Setting>>>;
  readonly package: Fact<CollectedFacts['package']>;
  readonly info: Fact<CollectedFacts['info']>;
  readonly modules: Fact<readonly ModuleFacts[]>;
  readonly actors: readonly Actor[];
  readonly grants: readonly Grant[];
}

function plainSettings(settings: Readonly<Record<string, Setting>>): Readonly<Record<string, string>> {
  const plain: Record<string, string> = {};
  for (const name of Object.keys(settings)) {
    const value = settings[name]?.value;
    if (typeof value === 'string') plain[name] = value;
  }
  return plain;
}

function contextOf({ identity, settings, package: pack, info, modules }: AdvisoryInputs): AdvisoryContext {
  const of = pack.known ? pack.value : undefined;
  const plain = settings.known ? plainSettings(settings.value) : undefined;
  const bits =
    info.known && (info.value.arch_bits === '32' || info.value.arch_bits === '64')
      ? (Number(info.value.arch_bits) as 32 | 64)
      : undefined;
  return {
    packaged: of ? of.manager !== 'none' : 'unknown',
    ...(of?.distribution
      ? { distro: { id: of.distribution, ...(of.release ? { release: of.release } : {}) } }
      : {}),
    ...(of?.version ? { packageRevision: of.version } : {}),
    ...(bits ? { bits } : {}),
    ...(info.known && info.value.mem_allocator ? { allocator: info.value.mem_allocator } : {}),
    ...(info.known && info.value.os ? { system: info.value.os } : {}),
    ...(modules.known ? { modules: modules.value.map(({ name }) => name) } : {}),
    ...(plain ? { settings: plain } : {}),
    versionMayBeInvented:
      identity.product === 'keydb' ||
      identity.doubts.some((doubt) => doubt.startsWith('there never was') || doubt.startsWith('it says')),
  };
}

/** Whoever may change users and settings has nothing to gain from a hole, unless that takes no login. */
const isAdministrator = (actor: Actor, grant: Grant): boolean =>
  (actor.kind === 'password' || actor.kind === 'certificate') &&
  (commandsOf(grant).has('config|set') || commandsOf(grant).has('acl|setuser'));

function hasWhatItTakes(reach: Reach, grant: Grant, settings: AdvisoryInputs['settings']): boolean {
  const commands = commandsOf(grant);
  if (!reach.commands.every((alternatives) => alternatives.some((command) => commands.has(command))))
    return false;
  if (!reach.directives) return true;
  if (commands.has('config|set')) return true;
  return (
    settings.known && reach.directives.some((name) => (settings.value[name]?.from ?? 'default') === 'file')
  );
}

/** Whether TLS is spoken anywhere; an unknown setting is no reason to rule a hole out. */
function speaksTls({ settings }: AdvisoryInputs): boolean {
  if (!settings.known) return true;
  return ['tls-port', 'tls-replication', 'tls-cluster'].some((name) => {
    const set = settings.value[name]?.value;
    return typeof set === 'string' && !['', '0', 'no'].includes(set);
  });
}

/** A hole behind a setting needs that setting. */
const isSwitchedOn = ({ reach }: Advisory, { settings }: AdvisoryInputs): boolean =>
  !reach.directives ||
  !settings.known ||
  reach.directives.some((name) => (settings.value[name]?.from ?? 'default') !== 'default');

function reachableBy(entry: Advisory, inputs: AdvisoryInputs): readonly string[] {
  const { reach, prerequisites } = entry;
  if (prerequisites.includes('tls') && !speaksTls(inputs)) return [];
  switch (reach.from) {
    case 'network':
      return isSwitchedOn(entry, inputs) ? ['anyone'] : [];
    case 'bus':
      return inputs.identity.mode === 'cluster' ? ['anyone'] : [];
    case 'session':
    case 'replication':
      return inputs.actors
        .filter((actor) => {
          const grant = inputs.grants.find(({ user }) => user === actor.user);
          return (
            grant !== undefined &&
            !isAdministrator(actor, grant) &&
            hasWhatItTakes(reach, grant, inputs.settings)
          );
        })
        .map(({ id }) => id);
    case 'local':
    case 'client':
      return [];
  }
}

/** What is known of this version's holes, and who on this very server has what it takes to use them. */
export function deriveAdvisories(inputs: AdvisoryInputs): readonly AdvisoryState[] {
  const { product, version } = inputs.identity;
  if (product === 'unknown' || product === 'not-redis' || version === undefined) return [];
  return advisoriesFor(product, version, contextOf(inputs)).flatMap((judgement): readonly AdvisoryState[] => {
    const entry = advisory(judgement.id);
    if (!entry || judgement.state === 'not-affected' || judgement.state === 'fixed') return [];
    return [
      {
        id: entry.id,
        title: entry.title,
        severity: entry.severity,
        state: judgement.state,
        because: judgement.because,
        ...(judgement.howToKnow ? { howToKnow: judgement.howToKnow } : {}),
        ...(judgement.fixedIn ? { fixedIn: judgement.fixedIn } : {}),
        reachableBy: reachableBy(entry, inputs),
        effects: entry.effects,
        links: entry.id.startsWith('CVE-') ? [`https://www.cve.org/CVERecord?id=${entry.id}`] : [],
      },
    ];
  });
}
