import {
  isSecretRef,
  type Captured,
  type PlanNode,
  type Resource,
  type State,
  type Value,
} from '../../model/index.ts';
import type { Place } from '../place/index.ts';
import type { Session } from './session.ts';
import type { WorldSettings } from './settings.ts';

/** One node of the plan with all that is at hand to look at it and to change it. */
export interface Site {
  readonly node: PlanNode;
  readonly session: Session;
  readonly settings: WorldSettings;
  /** The host of its files; rejects in words where nobody can get at them. */
  readonly place: () => Place;
  /** Another node of the plan. */
  readonly other: (id: string) => Site;
  /** What this run saw of it before, to compare with. */
  readonly memory: Memory;
}

export interface Memory {
  /** Ids of a user's connections when the user was first looked at, since we put it back if we did. */
  readonly connections: Map<string, ReadonlySet<string>>;
  /** When a user was last changed by us, by the clock that only goes forward, milliseconds. */
  readonly changed: Map<string, number>;
  /** How the process was started, as it was last seen. */
  process?: State;
}

/** How a kind of resource is read and put back. */
export interface Keeper<R extends Resource> {
  capture(resource: R, site: Site): Promise<Captured>;
  restore(resource: R, state: State, site: Site): Promise<void>;
}

/** A value of the plan as text; a secret that was never made is no text. */
export function resolved(value: Value, { secrets }: WorldSettings): string {
  if (!isSecretRef(value)) return value;
  const secret = secrets.get(value.secret);
  if (!secret) throw new Error(`the secret ${value.secret} of the plan was not made`);
  return secret.password;
}
