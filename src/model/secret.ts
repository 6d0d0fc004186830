/**
 * What is kept of a secret. The adapters measure a password where they read it and drop it there: evidence,
 * snapshots, reports and plans hold this note only, so there is nothing that could leak from them.
 */
export interface SecretNote {
  readonly secret: true;
  /**
   * `empty`; `guessed`: found in a dictionary or derived from a name on this server; `weak`: a search would find
   * it within hours; `fair`, `strong`; `unmeasured`: only a hash is known, and no dictionary word has it.
   */
  readonly strength: 'empty' | 'guessed' | 'weak' | 'fair' | 'strong' | 'unmeasured';
  /** In words, without the secret: "stands in the sample redis.conf". */
  readonly why?: string;
  /** Equal for equal secrets within one snapshot (keyed with the snapshot's own random salt), else meaningless. */
  readonly same: string;
}

export const isSecretNote = (value: unknown): value is SecretNote =>
  typeof value === 'object' && value !== null && (value as { secret?: unknown }).secret === true;

/** Names of settings whose value is a secret, in every product; wide on purpose: modules bring settings of their own. */
export const namesSecret = (setting: string): boolean =>
  /(pass|passwd|password|auth|secret|token)$/i.test(setting);
