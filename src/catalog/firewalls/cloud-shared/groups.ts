import type { Position } from '../../../lang/packets/index.ts';
import { type Addresses, addressesOf, privateAddresses } from './networks.ts';
import { type Peer, somebody } from './peers.ts';
import type { CloudContext, Problems } from './reading.ts';

/** The addresses that the virtual network may have; taken to be private ones where nobody said. */
export function networkOf(context: CloudContext, problems: Problems, at: Position): Addresses {
  if (context.networks) return addressesOf(context.networks);
  problems.once(
    at,
    'which addresses the virtual network has is not known: they are taken to be private ones',
  );
  return privateAddresses;
}

/** The members of a group by any of its ids: their addresses where they are known, else somebody in the network. */
export function membersOf(
  ids: readonly string[],
  text: string,
  context: CloudContext,
  problems: Problems,
  at: Position,
): Peer {
  for (const id of ids)
    if (context.members && Object.hasOwn(context.members, id))
      return { addresses: addressesOf(context.members[id] ?? []) };
  return somebody(text, networkOf(context, problems, at));
}
