import type { SecretRequest } from '../../model/index.ts';
import type { Scene, Situation } from './scene.ts';
import type { Wish } from './wishes.ts';

/** Servers that replicate each other, and the Sentinels that watch them: their users move together. */
export interface Band {
  readonly scene: Scene;
  readonly servers: readonly Situation[];
  readonly sentinels: readonly Situation[];
  readonly moves: readonly Wish[];
  readonly checks: readonly string[];
}

/** A name that no node of the band uses already. */
export function freeName(servers: readonly Situation[], wanted: string): string {
  const taken = new Set(servers.flatMap(({ users }) => users.map(({ name }) => name)));
  const candidates = [
    wanted,
    `keyward-${wanted}`,
    ...Array.from({ length: 1000 }, (_, i) => `keyward-${wanted}-${i + 2}`),
  ];
  return candidates.find((name) => !taken.has(name)) ?? wanted;
}

export const request = (band: Band, node: Situation, name: string, label: string): SecretRequest => ({
  id: band.scene.secretId(`user:${name}`, node),
  label,
  user: name,
});
/** The name under which a draft of this band made a user of a kind. */
export const userNamed = (band: Band, kind: string): string => freeName(band.servers, kind);
