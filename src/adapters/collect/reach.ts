import { lookup } from 'node:dns/promises';
import { isAddress, kindOf } from '../../lang/address/index.ts';
import type { Target } from '../../model/index.ts';
import type { Where } from '../server/connection.ts';

/** An address to connect to, or why not: a name is resolved first, so that nothing is sent to a public one unasked. */
export async function reach(
  target: Target & { kind: 'tcp' | 'unix' },
  allowPublic: boolean,
): Promise<Where | { readonly problem: string }> {
  if (target.kind === 'unix') return { path: target.path };
  const found = isAddress(target.host) ? [target.host] : await resolved(target.host);
  if ('problem' in found) return found;
  const [host = target.host, ...others] = found;
  const open = found.find((address) => kindOf(address) === 'public');
  if (open !== undefined && !allowPublic) {
    return {
      problem: `${target.host} is a public address${open === target.host ? '' : ` (${open})`}. If the server is yours, say so with --allow-public.`,
    };
  }
  return { host, port: target.port, ...(others.length > 0 ? { others } : {}) };
}

/** Every address of a name, IPv4 first: `localhost` is two, and a server may listen on either. */
async function resolved(name: string): Promise<readonly string[] | { readonly problem: string }> {
  try {
    const found = await lookup(name, { all: true, verbatim: false });
    return [...new Set(found.map(({ address }) => address))].slice(0, 4);
  } catch (error) {
    return {
      problem: `${name} cannot be resolved (${(error as { code?: string }).code ?? 'unknown error'}): check the name`,
    };
  }
}
