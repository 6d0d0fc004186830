/** A user while rules are applied: flags, passwords, and the rules handed on to a selector (ACLSetUser). */
import { cString } from '../c-text/index.ts';
import { hash } from 'node:crypto';
import { splitText } from '../quote/index.ts';
import { textOf } from './byte-string.ts';
import { clear, drop, listed, orderedSet, put, type OrderedSet } from './ordered-set.ts';
import { applySelectorRule, type Refusal } from './selector-rules.ts';
import {
  closeSelector,
  newSelector,
  openSelector,
  setAllCommands,
  type SelectorState,
  type Setting,
} from './selector-state.ts';
import type { AclUser } from './types.ts';

export interface UserState {
  enabled: boolean;
  noPassword: boolean;
  readonly passwords: OrderedSet<true>;
  sanitize: 'on' | 'off' | undefined;
  selectors: SelectorState[];
}

export const newUserState = (setting: Setting): UserState => ({
  enabled: false,
  noPassword: false,
  passwords: orderedSet(),
  sanitize: setting.dialect.newUserSanitizes ? 'on' : undefined,
  selectors: [newSelector(setting)],
});

export function openUser(user: AclUser, setting: Setting): UserState {
  const passwords = orderedSet<true>();
  for (const password of user.passwords) put(passwords, password, true);
  return {
    enabled: user.enabled,
    noPassword: user.noPassword,
    passwords,
    sanitize: user.sanitize,
    selectors: user.selectors.map((selector) => openSelector(selector, setting)),
  };
}

export function closeUser(name: string, state: UserState, setting: Setting): AclUser {
  const [root = newSelector(setting), ...others] = state.selectors;
  return {
    name: textOf(name),
    enabled: state.enabled,
    noPassword: state.noPassword,
    passwords: listed(state.passwords).map(([password]) => password),
    ...(state.sanitize === undefined ? {} : { sanitize: state.sanitize }),
    selectors: [
      closeSelector(root, setting.index),
      ...others.map((selector) => closeSelector(selector, setting.index)),
    ],
  };
}

/** Applies one rule; what it returns is why the server refuses it. */
export function applyRule(user: UserState, token: string, setting: Setting): Refusal {
  const { dialect } = setting;
  if (token === '') return undefined;
  switch (token.charAt(0)) {
    case '>':
    case '#':
    case '<':
    case '!':
      return passwordRule(user, token);
    case '(':
      if (!dialect.selectors || token.at(-1) !== ')') break;
      return selectorRule(user, token, setting);
    case '+':
    case '-':
    case '~':
    case '%':
    case '&':
      return applySelectorRule(rootOf(user, setting), token, setting);
    default:
  }
  return wordRule(user, token, setting);
}

function wordRule(user: UserState, token: string, setting: Setting): Refusal {
  const { dialect } = setting;
  const word = token.length <= 64 ? cString(token).toLowerCase() : '';
  if (word === 'on' || word === 'off') user.enabled = word === 'on';
  else if (word === 'nopass' || word === 'resetpass') {
    user.noPassword = word === 'nopass';
    clear(user.passwords);
  } else if (
    dialect.sanitize !== 'unknown' &&
    (word === 'sanitize-payload' || word === 'skip-sanitize-payload')
  ) {
    if (dialect.sanitize === 'kept') user.sanitize = word === 'sanitize-payload' ? 'on' : 'off';
  } else if (dialect.selectors && word === 'clearselectors') user.selectors.length = 1;
  else if (word === 'reset') reset(user, setting);
  else return applySelectorRule(rootOf(user, setting), token, setting);
  return undefined;
}

/** As a new user, but flagged sanitize-payload where there is such a flag. */
export function reset(user: UserState, setting: Setting): void {
  Object.assign(user, { ...newUserState(setting), passwords: user.passwords });
  clear(user.passwords);
  setAllCommands(rootOf(user, setting), false);
  if (setting.dialect.sanitize === 'kept') user.sanitize = 'on';
}

function rootOf(user: UserState, setting: Setting): SelectorState {
  const root = user.selectors[0] ?? newSelector(setting);
  user.selectors[0] = root;
  return root;
}

const hashShape = /^[0-9a-f]{64}$/;

function passwordRule(user: UserState, token: string): Refusal {
  const sign = token[0];
  const value = token.slice(1);
  const plain = sign === '>' || sign === '<';
  if (!plain && !hashShape.test(value)) return 'bad-password-hash';
  const password = plain ? hash('sha256', Buffer.from(value, 'latin1')) : value;
  if (sign === '>' || sign === '#') {
    put(user.passwords, password, true);
    user.noPassword = false;
  } else if (!drop(user.passwords, password)) return 'no-such-password';
  return undefined;
}

function selectorRule(user: UserState, token: string, setting: Setting): Refusal {
  const selector = newSelector(setting);
  // Quotes are read inside; where they do not close, the server takes the selector for empty.
  const split = splitText(token.slice(1, -1));
  for (const rule of split.problem === undefined ? split.value : []) {
    const refusal = applySelectorRule(selector, rule, setting);
    if (refusal) return refusal;
  }
  user.selectors.push(selector);
  return undefined;
}

/**
 * Joins the arguments that belong to one selector in parentheses. `open`: the place of a parenthesis that
 * never closes.
 */
export function mergeSelectors(
  tokens: readonly string[],
  { dialect }: Setting,
): { readonly tokens: readonly string[]; readonly open?: number } {
  if (!dialect.selectors) return { tokens };
  const merged: string[] = [];
  let parts: string[] | undefined;
  let start = 0;
  for (const [place, token] of tokens.entries()) {
    const closes = token.endsWith(')');
    if (token.startsWith('(') && !closes && (parts === undefined || dialect.reopensParenthesis)) {
      parts = [token];
      start = place;
    } else if (parts === undefined) merged.push(token);
    else {
      parts.push(cString(token));
      if (closes) {
        merged.push(parts.join(' '));
        parts = undefined;
      }
    }
  }
  return parts === undefined ? { tokens: merged } : { tokens: merged, open: start };
}
