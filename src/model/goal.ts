/** What should be true. A check asks for goals; how to reach one is the business of flavours, firewalls and plan. */
export type Goal =
  | { readonly kind: 'setting'; readonly name: string; readonly value: string }
  | { readonly kind: 'user'; readonly name: string; readonly rules: readonly string[] }
  | { readonly kind: 'no-user'; readonly name: string }
  | { readonly kind: 'new-password'; readonly of: string }
  | { readonly kind: 'file'; readonly path: string; readonly mode?: string; readonly owner?: string }
  | { readonly kind: 'unit'; readonly directive: string; readonly value: string }
  | { readonly kind: 'run-as'; readonly user: string }
  | { readonly kind: 'upgrade'; readonly to: string }
  | { readonly kind: 'reachable-only'; readonly port: number; readonly from: string }
  | { readonly kind: 'certificate'; readonly path: string; readonly need: string }
  | { readonly kind: 'investigate'; readonly what: string };
