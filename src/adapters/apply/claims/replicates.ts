import { setTimeout as wait } from 'node:timers/promises';
import { onlineReplicas } from '../session.ts';
import type { Site } from '../site.ts';
import { fieldsIn, textIn } from '../words.ts';
import { when, type Saw, type Trying } from './saw.ts';

/** Milliseconds that a replica gets to have all that its master had when we asked; replicas tell it once a second. */
const patience = 2500;
const between = 50;

type Replication = ReadonlyMap<string, string>;

/**
 * The link is up, and what the master had when it was asked has arrived: both count the bytes of one history, so that
 * equal counts of it are equal data. Others may write meanwhile.
 */
export const replicates: Trying<'replicates'> = async (_claim, site) => {
  const info = await replicationOf(site);
  return info.get('role') === 'slave' ? follows(site, info) : isFollowed(site, info);
};

const replicationOf = async ({ session }: Site): Promise<Replication> =>
  fieldsIn(textIn(await session.ask('INFO', 'replication')) ?? '');

async function follows(site: Site, first: Replication): Promise<Saw> {
  const link = first.get('master_link_status') ?? 'unknown';
  const master = masterOf(site, first);
  if (link !== 'up' || !master) return when(link === 'up', `link to its master: ${link}`);
  const above = await replicationOf(master);
  const wanted = count(above.get('master_repl_offset'));
  const now = await until(
    () => replicationOf(site),
    (info) =>
      info.get('master_link_status') === 'up' &&
      info.get('master_replid') === above.get('master_replid') &&
      count(info.get('slave_repl_offset')) >= wanted,
  );
  const has = count(now.get('slave_repl_offset'));
  const sent = count((await replicationOf(master)).get('master_repl_offset'));
  if (has > sent) return when(false, `it counts ${has} bytes, and ${master.node.id} has sent ${sent}`);
  if (now.get('master_replid') !== above.get('master_replid'))
    return when(false, `it follows another history than ${master.node.id}`);
  return when(
    now.get('master_link_status') === 'up' && has >= wanted,
    `link to ${master.node.id}: ${now.get('master_link_status') ?? 'unknown'}, ${has} of ${wanted} bytes of its history`,
  );
}

async function isFollowed(site: Site, first: Replication): Promise<Saw> {
  const expected = site.session.first.onlineReplicas ?? 0;
  const wanted = count(first.get('master_repl_offset'));
  const caughtUp = (info: Replication): number =>
    [...info].filter(
      ([name, value]) =>
        /^slave\d+$/.test(name) &&
        /state=online/.test(value) &&
        count(/offset=(\d+)/.exec(value)?.[1]) >= wanted,
    ).length;
  const now = await until(
    () => replicationOf(site),
    (info) => onlineReplicas(info) >= expected && caughtUp(info) >= expected,
  );
  return when(
    onlineReplicas(now) >= expected && caughtUp(now) >= expected,
    `${onlineReplicas(now)} replicas online, ${caughtUp(now)} with all of its ${wanted} bytes`,
  );
}

/** The node of the plan that it names as its master; it may know it by another address of the same host. */
function masterOf(site: Site, info: Replication): Site | undefined {
  const [host = '', port] = [info.get('master_host'), Number(info.get('master_port'))];
  const named = site.settings.nodes.filter(({ target }) => target.kind === 'tcp' && target.port === port);
  const found =
    named.find(({ target }) => target.kind === 'tcp' && target.host === host) ??
    named.find(({ target }) => target.kind === 'tcp' && isHere(target.host) && isHere(host));
  return found && found.id !== site.node.id ? site.other(found.id) : undefined;
}

const isHere = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');

const count = (text: string | undefined): number => Number(text ?? 0) || 0;

async function until<T>(look: () => Promise<T>, enough: (seen: T) => boolean): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    const seen = await look();
    if (enough(seen) || performance.now() > end) return seen;
    await wait(between);
  }
}
