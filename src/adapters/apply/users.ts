import { dialectOf } from '../../lang/acl/index.ts';
import type { PlanNode, Resource, RuleWord } from '../../model/index.ts';
import { captured } from './capture.ts';
import { connectionsOf } from './clients.ts';
import { Refusal } from './refusal.ts';
import { resolved, type Keeper, type Site } from './site.ts';
import { inOrder, nameIn, rulesIn, withoutPasswords } from './user-text.ts';
import { textsIn } from './words.ts';

type User = Extract<Resource, { kind: 'user' }>;

/** `line` as ACL LIST has it; absent where there is no such user. `users`: whether the server has users at all. */
export interface UserState {
  readonly users: boolean;
  readonly line?: string;
}

export async function userLine({ session }: Site, user: string): Promise<UserState> {
  try {
    const line = textsIn(await session.ask('ACL', 'LIST')).find((one) => nameIn(one) === user);
    return { users: true, ...(line === undefined ? {} : { line }) };
  } catch (error) {
    if (error instanceof Refusal && error.code === 'ERR' && /unknown command/i.test(error.message))
      return { users: false };
    throw error;
  }
}

/** All words at once: the server takes them all, or none. */
export async function setUser(
  { session, settings, memory }: Site,
  user: string,
  rules: readonly RuleWord[],
): Promise<void> {
  memory.changed.set(user, performance.now());
  const words = rules.map((rule) => {
    if (typeof rule === 'string') return rule;
    return 'drop' in rule ? `<${resolved({ secret: rule.drop }, settings)}` : `>${resolved(rule, settings)}`;
  });
  try {
    await session.ask('ACL', 'SETUSER', user, ...words);
  } catch (error) {
    // A password that is not there any more need not be taken away: done twice is as done once.
    if (
      error instanceof Refusal &&
      /does not exist/.test(error.message) &&
      words.some((word) => /^[<!]/.test(word))
    )
      return dropOneByOne(session, user, words);
    throw error;
  }
}

async function dropOneByOne(session: Site['session'], user: string, words: readonly string[]): Promise<void> {
  const drops = words.filter((word) => /^[<!]/.test(word));
  const others = words.filter((word) => !/^[<!]/.test(word));
  if (others.length > 0) await session.ask('ACL', 'SETUSER', user, ...others);
  for (const word of drops) {
    try {
      await session.ask('ACL', 'SETUSER', user, word);
    } catch (error) {
      if (!(error instanceof Refusal && /does not exist/.test(error.message))) throw error;
    }
  }
}

export async function deleteUser({ session, node }: Site, user: string): Promise<void> {
  if (user === 'default') throw new Error(`the default user of ${node.id} cannot be deleted`);
  await session.ask('ACL', 'DELUSER', user);
}

export async function restoreUser(site: Site, user: string, { users, line }: UserState): Promise<void> {
  if (!users) return;
  const now = await userLine(site, user);
  if (now.line === line) return;
  if (line === undefined) return deleteUser(site, user);
  await site.session.ask('ACL', 'SETUSER', user, ...emptied(site.node, rulesIn(line)), ...rulesIn(line));
  const then = (await userLine(site, user)).line;
  if (then === undefined || inOrder(then) !== inOrder(line))
    throw new Error(`user ${user} did not come back on ${site.node.id} as it was`);
}

/**
 * Takes everything from a user. Not by `reset`, which before 7.2 leaves the flag sanitize-payload behind where there was
 * none; what a user may do is the same with it.
 */
const emptied = (node: PlanNode, rules: readonly string[]): readonly string[] => {
  const { channels, selectors, databases } = dialectOf(node);
  return [
    'resetpass',
    'resetkeys',
    ...(channels ? ['resetchannels'] : []),
    ...(selectors ? ['clearselectors'] : []),
    // All databases is what a line means that says nothing of them.
    ...(databases ? [rules.some((rule) => /^(db=|resetdbs$)/.test(rule)) ? 'resetdbs' : 'alldbs'] : []),
    '-@all',
  ];
};

export const users: Keeper<User> = {
  async capture(resource, site) {
    const state = await userLine(site, resource.user);
    if (!site.memory.connections.has(resource.user))
      site.memory.connections.set(resource.user, await connectionsOf(site, resource.user));
    const same = { ...state, ...(state.line ? { line: inOrder(state.line) } : {}) };
    const shown = { ...same, ...(same.line ? { line: withoutPasswords(same.line) } : {}) };
    return captured(resource, { ...state }, { same, shown });
  },
  restore: async ({ user }, state, site) => {
    await restoreUser(site, user, state as unknown as UserState);
    // Who is there now came with what the user had until now.
    site.memory.connections.delete(user);
  },
};
