/** A secret that does not exist yet: it is made when the plan is applied, and goes to the secrets file (mode 0600). */
export interface SecretRequest {
  /** By which `SecretRef`s name it: `user:app`, `requirepass`. */
  readonly id: string;
  /** In words, for the person who will hand it out: "password of user app". */
  readonly label: string;
  /** The user who logs in with it; `default` where there are no users. */
  readonly user: string;
  /** Made anew where the secrets file has one of this name: it takes the place of the old one. */
  readonly fresh?: true;
}

/** Stands in a plan where a secret will stand on the server. A plan never holds a secret. */
export interface SecretRef {
  readonly secret: string;
}

/** Text as it is, or a secret that is made at apply. */
export type Value = string | SecretRef;

/** A word of `ACL SETUSER`; a reference is a password to add (`>`), `drop` one to take away (`<`). */
export type RuleWord = string | SecretRef | { readonly drop: string };

export const isSecretRef = (value: unknown): value is SecretRef =>
  typeof value === 'object' && value !== null && typeof (value as SecretRef).secret === 'string';
