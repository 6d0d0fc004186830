import { sshTargetIn, tunnelFrom, type Tunnel } from '../../../adapters/place/index.ts';
import type { Secret } from '../../../adapters/journal/secrets-file.ts';
import { kindOf } from '../../../lang/address/index.ts';
import type { Claim, Plan, PlanNode, Trial } from '../../../model/index.ts';
import { parseTarget } from '../parse-target.ts';
import { UsageError } from '../usage-error.ts';
import type { ProveOptions } from './options.ts';
import { promisesOf } from './promises.ts';
import { reachWorld } from './reach-world.ts';

/** What is tried over a connection; the rest is seen on the server's own host. */
const overTheNetwork: ReadonlySet<Claim['claim']> = new Set([
  'login',
  'command',
  'port',
  'serves',
  'client-certificate',
]);

/** That somebody gets in, or may do something: who is kept out at the door of the network shows nothing of it. */
const isGrant = (claim: Claim): boolean =>
  (claim.claim === 'login' && claim.accepted) ||
  (claim.claim === 'command' && claim.permitted) ||
  (claim.claim === 'port' && claim.open) ||
  claim.claim === 'serves' ||
  (claim.claim === 'client-certificate' && claim.required);

/** Who may come in, and do what: the server itself has to say it. */
const isDoor = ({ claim }: Claim): boolean => claim === 'login' || claim === 'command';

/** A stranger and a guesser at the door of each server, whatever the plan said. */
const atTheDoor = (nodes: readonly PlanNode[]): readonly Claim[] =>
  nodes.flatMap(({ id }): readonly Claim[] => [
    { claim: 'login', node: id, as: { kind: 'nobody' }, accepted: false },
    { claim: 'login', node: id, as: { kind: 'wrong', user: 'default' }, accepted: false },
  ]);

function nodeFor(node: PlanNode, at: string | undefined, name: string): PlanNode {
  if (at !== undefined) {
    const { target } = parseTarget(at, () => false);
    return { ...node, target };
  }
  const { target } = node;
  if (target.kind === 'tcp' && kindOf(target.host) !== 'loopback') return node;
  throw new UsageError(
    `the plan names its server by ${target.kind === 'tcp' ? target.host : 'a socket'}, which from ${name} is another one`,
    'Say where it is for that host: --at 10.0.0.5:6379.',
  );
}

/**
 * The promises of a plan that show over the network, tried from another host.
 *
 * @throws UsageError where the host, or the server's address for it, cannot be used
 */
export async function trialsFrom(
  name: string,
  plan: Plan,
  secrets: Readonly<Record<string, Secret>>,
  options: ProveOptions,
): Promise<readonly Trial[]> {
  const words = options.sshConfig === undefined ? {} : { words: ['-F', options.sshConfig] };
  const tunnel = tunnelFrom(targetOf(name), words);
  try {
    return await trialsOutside(plan, secrets, options, tunnel);
  } finally {
    await tunnel.close();
  }
}

/** The same from where we are, as a stranger: a host that is not the server's. */
export async function trialsOutside(
  plan: Plan,
  secrets: Readonly<Record<string, Secret>>,
  options: ProveOptions,
  tunnel?: Tunnel,
): Promise<readonly Trial[]> {
  const name = tunnel?.name ?? 'here';
  if (options.at !== undefined && plan.nodes.length > 1)
    throw new UsageError(
      '--at is for a plan of one server',
      'Prove its servers one by one, or name them in the plan by addresses.',
    );
  const nodes = plan.nodes.map((node) => nodeFor(node, options.at, name));
  const world = reachWorld(nodes, options, secrets, tunnel);
  try {
    const reached = new Map<string, boolean>();
    const answers = new Map<string, boolean>();
    for (const { id, target } of nodes) {
      answers.set(id, (await world.test({ claim: 'answers', node: id })).outcome === 'held');
      if (target.kind !== 'tcp') continue;
      const there: Claim = {
        claim: 'port',
        node: id,
        host: target.host,
        port: target.port,
        tls: target.tls,
        open: true,
      };
      reached.set(id, (await world.test(there)).outcome === 'held');
    }
    const claims = [...promisesOf(plan), ...atTheDoor(nodes)].filter(({ claim }) =>
      overTheNetwork.has(claim),
    );
    const distinct = [...new Map(claims.map((claim) => [JSON.stringify(claim), claim])).values()];
    const trials: Trial[] = [];
    for (const claim of distinct)
      trials.push(
        (isGrant(claim) && !reached.get(claim.node)) || (isDoor(claim) && !answers.get(claim.node))
          ? {
              claim,
              from: name,
              at: world.now(),
              outcome: 'untried',
              saw: 'nobody gets to the server from there',
            }
          : await world.test(claim),
      );
    return trials;
  } finally {
    await world.close();
  }
}

function targetOf(name: string): NonNullable<ReturnType<typeof sshTargetIn>> {
  try {
    const target = sshTargetIn(name);
    if (target) return target;
  } catch (error) {
    throw new UsageError((error as Error).message, 'Write ssh://user@host.');
  }
  throw new UsageError(`${name} is no host to try from`, 'Write ssh://user@host.');
}
