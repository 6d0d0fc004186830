import {
  allowedCommands,
  applyRules,
  bundledCommands,
  parseUserLine,
  printUser,
  type AclContext,
} from '../../../lang/acl/index.ts';
import { decodeText, parseConf } from '../../../lang/conf/index.ts';
import type { PlanNode } from '../../../model/index.ts';
import { addressOf, connectionsOf, othersOf, userOf } from '../clients.ts';
import { tableProduct } from '../product.ts';
import type { Site } from '../site.ts';
import { inOrder, nameIn, withoutPasswords } from '../user-text.ts';
import { userLine } from '../users.ts';
import { broken, held, untried, when, type Trying } from './saw.ts';

export const userExists: Trying<'user-exists'> = async ({ user, exists }, site) => {
  const { users, line } = await userLine(site, user);
  if (!users) return when(!exists || user === 'default', 'the server has no users');
  return when(
    (line !== undefined) === exists,
    line === undefined ? 'there is no such user' : 'the user is there',
  );
};

export const userHas: Trying<'user-has'> = async ({ user, words }, site) => {
  const { line } = await userLine(site, user);
  if (line === undefined) return broken('there is no such user');
  const there = new Set(line.split(' '));
  const missing: string[] = [];
  for (const word of words)
    if (!there.has(word) && !(await saysNothingNew(site, line, word))) missing.push(word);
  return when(
    missing.length === 0,
    missing.length === 0
      ? `ACL LIST: ${withoutPasswords(line).slice(0, 300)}`
      : `ACL LIST says no ${withoutPasswords(missing.join(' '))}`,
  );
};

/** Before 7.2 ACL LIST does not show rules as they were given: a rule that would change nothing holds as well. */
async function saysNothingNew({ node }: Site, line: string, word: string): Promise<boolean> {
  if (/^[><#!]/.test(word)) return false;
  const context = await contextOf(node);
  const { user } = parseUserLine(line, { ...context, source: 'acl-list' });
  const after = user && applyRules(user, [word], context).user;
  if (!user || !after) return false;
  if (inOrder(printUser(user, context)) === inOrder(printUser(after, context))) return true;
  if (!/^[+-]/.test(word)) return false;
  const [then, now] = [user, after].map((one) => allowedCommands(one, context.commands));
  return then?.size === now?.size && [...(then ?? [])].every((name) => now?.has(name));
}

const contextOf = async (node: PlanNode): Promise<AclContext> => {
  const [product, { version }] = [tableProduct(node), node];
  return { product, version, commands: await bundledCommands(product, version) };
};

export const userKept: Trying<'user-kept'> = async ({ user, path, file }, site) => {
  const { line } = await userLine(site, user);
  const placed = await site.place().read(path);
  if (!placed) return broken(`${path} is not there`);
  const kept =
    file === 'aclfile'
      ? decodeText(placed.bytes)
          .split('\n')
          .findLast((one) => nameIn(one) === user)
      : confLine(placed.bytes, user);
  if (kept === undefined || line === undefined)
    return when(
      kept === undefined && line === undefined,
      `${path} ${kept === undefined ? 'does not have' : 'has'} the user`,
    );
  const same = inOrder(kept) === inOrder(line) || (await meaning(site, kept)) === (await meaning(site, line));
  return when(
    same,
    same ? `${path} says the same as the running server` : `${path} says otherwise than the running server`,
  );
};

const confLine = (bytes: Uint8Array, user: string): string | undefined => {
  const found = parseConf(bytes).lines.findLast(
    (line) => line.kind === 'directive' && line.name === 'user' && line.args[0] === user,
  );
  return found?.kind === 'directive' ? ['user', ...found.args].join(' ') : undefined;
};

/** What a line comes to, in one spelling; the line itself where we cannot read it. */
async function meaning({ node }: Site, line: string): Promise<string> {
  const context = await contextOf(node);
  const { user } = parseUserLine(line, { ...context, source: 'acl-list' });
  return user ? inOrder(printUser(user, context)) : inOrder(line);
}

export const unused: Trying<'unused'> = async (claim, site) => {
  const others = await othersOf(site);
  if ('user' in claim) {
    const found = others.filter(
      (client) => userOf(client) === claim.user && !claim.except?.includes(addressOf(client)),
    );
    const count = `${found.length} connection${found.length === 1 ? '' : 's'}`;
    return when(found.length === 0, found.length === 0 ? 'nobody' : `${count} of ${claim.user}`);
  }
  if (others.length === 0) return held('nobody is connected');
  if (others.some((client) => !client.has('laddr')))
    return untried('the server does not tell to which port its clients came');
  const found = others.filter((client) => client.get('laddr')?.endsWith(`:${claim.port}`));
  return when(
    found.length === 0,
    found.length === 0 ? 'nobody' : `${found.length} connections to port ${claim.port}`,
  );
};

export const moved: Trying<'moved'> = async ({ user }, site) => {
  const before = site.memory.connections.get(user);
  if (!before) return untried(`nobody looked at the connections of ${user} before`);
  const left = [...(await connectionsOf(site, user))].filter((id) => before.has(id));
  return when(
    left.length === 0,
    left.length === 0 ? 'all have come anew' : `${left.length} connections from before`,
  );
};
