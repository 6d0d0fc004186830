/** What a file of HCL's native syntax holds: attributes and blocks, with expressions as they are written. */

interface Placed {
  /** From 1. */
  readonly line: number;
  /** As it is written, shortened. */
  readonly text: string;
}

export type HclExpression = Placed &
  (
    | { readonly kind: 'literal'; readonly value: null | boolean | number | string }
    /** A quoted text with expressions in it. */
    | { readonly kind: 'template'; readonly parts: readonly (string | HclExpression)[] }
    | { readonly kind: 'list'; readonly items: readonly HclExpression[] }
    | { readonly kind: 'object'; readonly entries: readonly (readonly [HclExpression, HclExpression])[] }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'get'; readonly of: HclExpression; readonly name: string }
    | { readonly kind: 'index'; readonly of: HclExpression; readonly key: HclExpression }
    /** `of[*].a.b` */
    | { readonly kind: 'splat'; readonly of: HclExpression; readonly path: readonly string[] }
    | {
        readonly kind: 'call';
        readonly name: string;
        readonly given: readonly HclExpression[];
        /** The last one is spread: `f(list...)`. */
        readonly spread: boolean;
      }
    | {
        readonly kind: 'conditional';
        readonly test: HclExpression;
        readonly yes: HclExpression;
        readonly no: HclExpression;
      }
    | {
        readonly kind: 'binary';
        readonly operator: string;
        readonly left: HclExpression;
        readonly right: HclExpression;
      }
    | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly value: HclExpression }
    | {
        readonly kind: 'for';
        readonly key: string | undefined;
        readonly value: string;
        readonly over: HclExpression;
        /** Of `{for … : key => result}`. */
        readonly keyResult: HclExpression | undefined;
        readonly result: HclExpression;
        readonly condition: HclExpression | undefined;
        readonly grouped: boolean;
      }
    /** Text with directives: not read. */
    | { readonly kind: 'opaque' }
  );

export interface HclAttribute {
  readonly name: string;
  readonly value: HclExpression;
  readonly line: number;
}

export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: HclBody;
  readonly line: number;
}

export interface HclBody {
  readonly attributes: readonly HclAttribute[];
  readonly blocks: readonly HclBlock[];
}

export interface HclProblem {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}
