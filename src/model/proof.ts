import type { Health } from './audit.ts';
import type { Trial } from './claim.ts';
import type { Severity } from './severity.ts';

/** What an audit said of a server, in short. */
export interface AuditInShort {
  /** The target as it was named. */
  readonly name: string;
  readonly health: Health;
  /** Failed checks. */
  readonly counts: Readonly<Record<Severity, number>>;
  /** Cells of the exposure table that are open without any login. */
  readonly nobodyCells: number;
}

/** What was tried of a plan, when, and from where: whoever doubts it can try the same again. */
export interface Proof {
  readonly schema: 'keyward.proof/1';
  /** Of Keyward. */
  readonly version: string;
  /** The plan's id. */
  readonly plan: string;
  /** As `targetName` says them. */
  readonly targets: readonly string[];
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  /** The host that the trials were made from. */
  readonly from: string;
  readonly trials: readonly Trial[];
  readonly summary: Readonly<Record<Trial['outcome'], number>>;
  /** Audited anew when it was made; absent where nobody looked. */
  readonly audits?: readonly AuditInShort[];
}
