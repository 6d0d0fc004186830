/**
 * What should be true. A check asks for goals; how to reach one is the business of flavours, firewalls and plan.
 *
 * A `value` or `to` is meant as it stands there. Where only the owner knows it, `ask` says in words what is wanted,
 * so that a plan can tell a value from a question.
 *
 * @example { kind: 'setting', name: 'maxmemory', ask: 'what the host can spare' }
 */
export type Goal =
  | { readonly kind: 'setting'; readonly name: string; readonly value: string }
  | { readonly kind: 'setting'; readonly name: string; readonly ask: string }
  | { readonly kind: 'user'; readonly name: string; readonly rules: readonly string[] }
  | { readonly kind: 'new-password'; readonly of: string }
  /** `mode` as chmod takes it: octal, or `go-w` where only a right is to go and the rest is not known. */
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly mode?: string;
      readonly owner?: string;
      readonly group?: string;
    }
  | { readonly kind: 'unit'; readonly directive: string; readonly value: string }
  | { readonly kind: 'run-as'; readonly user: string }
  | { readonly kind: 'upgrade'; readonly to: string }
  | { readonly kind: 'upgrade'; readonly ask: string }
  | { readonly kind: 'reachable-only'; readonly port: number; readonly from: string }
  | { readonly kind: 'certificate'; readonly path: string; readonly need: string }
  | { readonly kind: 'investigate'; readonly what: string };
