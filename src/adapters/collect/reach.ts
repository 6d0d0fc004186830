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
  const host = isAddress(target.host) ? target.host : await resolved(target.host);
  if (typeof host !== 'string') return host;
  if (kindOf(host) === 'public' && !allowPublic) {
    return {
      problem: `${target.host} is a public address${host === target.host ? '' : ` (${host})`}. If the server is yours, say so with --allow-public.`,
    };
  }
  return { host, port: target.port };
}

async function resolved(name: string): Promise<string | { readonly problem: string }> {
  try {
    const { address } = await lookup(name, { verbatim: false });
    return address;
  } catch (error) {
    return {
      problem: `${name} cannot be resolved (${(error as { code?: string }).code ?? 'unknown error'}): check the name`,
    };
  }
}
