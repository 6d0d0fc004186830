/** What a plan may make of a user: fewer rights, or a user of its own with a secret of the plan. */
import { isSecretRef, type RuleWord } from '../../model/index.ts';
import { hasControls } from './words.ts';

/** What is wrong with a word of ACL SETUSER, in words. */
export function ruleProblem(word: RuleWord): string | undefined {
  if (typeof word !== 'string') return undefined;
  if (word === '' || hasControls(word)) return 'a word is empty, or holds a control character';
  if (/^[><#!]/.test(word)) return 'a password or its hash stands in it: a plan refers to its secrets';
  if (word.toLowerCase() === 'nopass') return 'no plan lets a user in without a password';
  if (/\s/.test(word) && !/^\([^()]*\)$/.test(word)) return 'a word holds a blank: those are two';
  return undefined;
}

/** What the words leave of a user who was `on` before. */
export interface After {
  /** Nobody can log in as the user: off, or without any password. */
  readonly closed: boolean;
  /** `off`, while a password or `nopass` of before may stay. */
  readonly offOnly: boolean;
  /** Whatever let it in before does no more: only secrets of the plan do. */
  readonly hasSecret: boolean;
  /** It lost what it takes to administer the server. */
  readonly narrowed: boolean;
  /** It can log in with a secret of the plan, and do everything. */
  readonly administrator: boolean;
}

const takes = /^(?:-@(?:all|admin|dangerous)|nocommands|-(?:acl|config)(?:\|.*)?|resetkeys)$/i;

export function afterRules(rules: readonly RuleWord[]): After {
  let on: boolean | undefined;
  let cleared = false;
  let secrets = 0;
  let narrowed = false;
  let all = false;
  for (const rule of rules) {
    if (isSecretRef(rule)) secrets++;
    if (typeof rule !== 'string') continue;
    const word = rule.toLowerCase();
    if (word === 'reset' || word === 'resetpass') {
      cleared = true;
      secrets = 0;
    }
    if (word === 'reset') {
      on = false;
      all = false;
      narrowed = true;
    } else if (word === 'on' || word === 'off') on = word === 'on';
    else if (word === '+@all' || word === 'allcommands') {
      all = true;
      narrowed = false;
    } else if (takes.test(word)) {
      all = false;
      narrowed = true;
    }
  }
  return {
    closed: on === false || (cleared && secrets === 0),
    offOnly: on === false && !cleared,
    hasSecret: cleared && secrets > 0,
    narrowed,
    administrator: on === true && secrets > 0 && all,
  };
}
