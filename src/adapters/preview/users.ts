import {
  applyRules,
  bundledCommands,
  decodeText,
  defaultUser,
  dialectOf,
  newUser,
  parseUserLine,
  printUser,
  type AclContext,
  type AclUser,
} from '../../lang/acl/index.ts';
import { isSecretRef, type PlanNode, type RuleWord } from '../../model/index.ts';

/** Users of the running servers while the plan is gone through: who is known, and what the steps make of them. */
export interface UserBook {
  change(node: PlanNode, user: string, rules: readonly RuleWord[]): Promise<void>;
  remove(node: PlanNode, user: string): void;
  /** The line that the server would print, passwords as hashes; `undefined` where it cannot be known here. */
  line(node: PlanNode, user: string): Promise<string | undefined>;
}

/** `present`: what ACL LIST of each node says now, by the node's id; absent where it was not asked. */
export function userBook(present: ReadonlyMap<string, readonly string[]>): UserBook {
  const users = new Map<string, AclUser | undefined>();
  const keyOf = (node: PlanNode, user: string): string => JSON.stringify([node.id, user]);

  async function now(node: PlanNode, user: string): Promise<AclUser | undefined> {
    const key = keyOf(node, user);
    if (users.has(key)) return users.get(key);
    const lines = present.get(node.id);
    const context = await contextOf(node);
    const found = lines && context && presentUser(lines, user, context);
    users.set(key, found);
    return found;
  }

  return {
    async change(node, user, rules) {
      const context = await contextOf(node);
      if (context === undefined) return;
      // `reset` first: then it does not matter what it was.
      const anew = typeof rules[0] === 'string' && rules[0].toLowerCase() === 'reset';
      const before = (await now(node, user)) ?? (anew ? newUser(user, context) : undefined);
      const after = before && applyRules(before, rules.map(plainWord), context).user;
      users.set(keyOf(node, user), after);
    },
    remove: (node, user) => users.set(keyOf(node, user), undefined),
    async line(node, user) {
      const found = await now(node, user);
      const context = await contextOf(node);
      return found && context && printUser(found, context);
    },
  };
}

async function contextOf({ product, version }: PlanNode): Promise<AclContext | undefined> {
  if (product === 'unknown' || product === 'not-redis' || !dialectOf({ product, version }).acl)
    return undefined;
  return { product, version, commands: await bundledCommands(product, version) };
}

function presentUser(lines: readonly string[], name: string, context: AclContext): AclUser | undefined {
  for (const line of lines) {
    const { user } = parseUserLine(line, { ...context, source: 'acl-list' });
    if (user?.name === name) return user;
  }
  return name === 'default' ? defaultUser(context) : newUser(name, context);
}

/** A secret that does not exist yet stands in as a word of its own: what is shown of it is `***` in any case. */
const plainWord = (word: RuleWord): string => {
  if (isSecretRef(word)) return `>${word.secret}`;
  return typeof word === 'string' ? word : `<${word.drop}`;
};

/** The name in a line of an ACL file, or `undefined` where it is no user's. */
export const userOfLine = (bytes: Uint8Array): string | undefined => {
  const [word, name] = decodeText(bytes).trim().split(' ', 2);
  return word === 'user' ? name : undefined;
};
