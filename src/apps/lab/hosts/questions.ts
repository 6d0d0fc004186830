import type { Plan, Trial } from '../../../model/index.ts';
import type { Tried } from '../../../catalog/plan-reports/tried-from.ts';
import type { Served } from '../application.ts';
import type { Address, Login } from '../stranger.ts';

/** What a host of the lab can be asked, and what it answers. */
export interface Questions {
  readonly try: { readonly with: { readonly at: Address; readonly login?: Login }; readonly answer: Tried };
  /** Starts the application, with a connection to each address. */
  readonly application: {
    readonly with: { readonly at: readonly Address[]; readonly secretsFile: string };
    readonly answer: 'started';
  };
  /** Stops it. */
  readonly served: { readonly with: undefined; readonly answer: Served };
  /** Tries the promises of a plan as a stranger. */
  readonly prove: {
    readonly with: {
      readonly plan: Plan;
      readonly secretsFile: string;
      readonly at: string;
      readonly timeout: number;
    };
    readonly answer: readonly Trial[];
  };
}

export type Question = keyof Questions;

export interface Asked {
  readonly id: number;
  readonly question: Question;
  readonly with: unknown;
}

export interface Answered {
  readonly id: number;
  readonly answer?: unknown;
  readonly failed?: string;
}
