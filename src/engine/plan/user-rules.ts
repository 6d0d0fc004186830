import { permits } from '../../catalog/readings/grants.ts';
import {
  allowedCommands,
  applyRules,
  dialectOf,
  newUser,
  parseUserLine,
  printUser,
  type AclContext,
  type AclUser,
} from '../../lang/acl/index.ts';
import { channelDefault, withSubcommands } from '../derive/grants.ts';
import { textOf, type Situation } from './scene.ts';

/** What the rules of a user come to on this very server, before and after a change. */
export function aclContext(node: Situation): AclContext | undefined {
  if (node.commands === undefined) return undefined;
  const pubsubDefault = channelDefault(textOf(node, 'acl-pubsub-default'));
  return {
    product: node.node.product,
    version: node.version,
    commands: node.commands,
    ...(pubsubDefault === undefined ? {} : { pubsubDefault }),
  };
}

/** The user as the server has it; without its passwords. */
export function currentUser(node: Situation, name: string): AclUser | undefined {
  const context = aclContext(node);
  const facts = node.users.find((user) => user.name === name);
  if (context === undefined || facts === undefined) return undefined;
  return parseUserLine(['user', name, ...facts.rules].join(' '), { ...context, source: 'acl-list' }).user;
}

/** The user after these rules, or the reason why this server refuses one of them. */
export function changedUser(
  node: Situation,
  user: AclUser,
  rules: readonly string[],
): { readonly user: AclUser } | { readonly refused: string } {
  const context = aclContext(node);
  if (context === undefined) return { refused: 'the commands of the server are not known' };
  const { user: after, problems } = applyRules(user, rules, context);
  if (after) return { user: after };
  return { refused: problems.map(({ message, token }) => `${token ?? 'a rule'}: ${message}`).join('; ') };
}

export function freshUser(node: Situation, name: string): AclUser | undefined {
  const context = aclContext(node);
  return context && newUser(name, context);
}

/** Full names of the commands that a user may run; before 7.0 with the parts of containers that count. */
export function allowedTo(node: Situation, user: AclUser): readonly string[] {
  return node.commands === undefined
    ? []
    : [...withSubcommands(allowedCommands(user, node.commands), node.commands)];
}

export const mayRun = (allowed: readonly string[], command: string): boolean =>
  permits(
    { user: '', enabled: true, commands: allowed, allKeys: true, keys: [], allChannels: true, can: {} },
    command,
  );

/**
 * Words of ours that hold of the user afterwards: those that ACL LIST will show, and those that would change nothing any
 * more. Before 7.2 it works the rules out anew, and shows others than were given.
 */
export function shownWords(node: Situation, after: AclUser, rules: readonly string[]): readonly string[] {
  const context = aclContext(node);
  if (context === undefined) return [];
  const printed = (user: AclUser): string => printUser(user, context);
  const shown = dialectOf(context).keepsRules ? printed(after).split(' ') : [];
  const allowed = allowedTo(node, after).toSorted().join(' ');
  return rules.filter((rule) => {
    if (!/^[+-]|^(?:resetkeys|resetchannels|off)$/.test(rule)) return false;
    if (shown.includes(rule)) return true;
    const again = changedUser(node, after, [rule]);
    if ('refused' in again) return false;
    const isSame = rule.startsWith('reset')
      ? printed(again.user) === printed(after)
      : allowedTo(node, again.user).toSorted().join(' ') === allowed;
    return isSame && (shown.length === 0 || !/^[+-]/.test(rule));
  });
}

/** `&*` where there are channels. */
export const everyChannel = (node: Situation): readonly string[] =>
  dialectOf({ product: node.node.product, version: node.version }).channels ? ['&*'] : [];

/** `%R~*` where rules tell reading from writing. */
export const everyKeyToRead = (node: Situation): string => (isModern(node) ? '%R~*' : '~*');

/** From 7.0 on: a part of a container is a command of its own, and ACL rules name it. */
export const isModern = (node: Situation): boolean =>
  dialectOf({ product: node.node.product, version: node.version }).selectors;
