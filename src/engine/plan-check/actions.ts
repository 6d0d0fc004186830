import { misusedAs } from '../../catalog/readings/places.ts';
import type { Action, PlanNode } from '../../model/index.ts';
import { writeFileProblem } from './files.ts';
import { firewallProblem } from './firewall.ts';
import { isBelow, isOfTheSystem, isOwn, isPlainPath, isProgramPlace } from './places.ts';
import { ruleProblem } from './rules.ts';
import { changesProblem, sentinelOptionProblem, settingProblem } from './settings.ts';
import { isAccount, isRoot, isService, isUserName, readMode } from './words.ts';

const notPlain = 'its path is not absolute, or has . or .. or a control character in it';
const elsewhere = 'it lies outside of the folders of the server: beside its redis.conf, or named after it';

type Of<D extends Action['do']> = Extract<Action, { do: D }>;

/** What is wrong with an action by itself, in words; `undefined` where nothing is. `shut`: see `changesProblem`. */
export function actionProblem(action: Action, node: PlanNode, shut: boolean): string | undefined {
  switch (action.do) {
    case 'set-setting':
      if (action.name === 'rename-command' || action.name === 'sentinel')
        return 'this is no setting of a running server';
      return settingProblem(action.name, [action.value], node);
    case 'set-user':
      if (!isUserName(action.user)) return 'this is no name of a user';
      if (action.rules.length === 0) return 'there are no rules';
      return action.rules.map(ruleProblem).find((problem) => problem !== undefined);
    case 'delete-user':
      if (action.user === 'default') return 'the default user cannot be deleted';
      return isUserName(action.user) ? undefined : 'this is no name of a user';
    case 'keep-user':
      return isUserName(action.user) ? fileProblem(action, node) : 'this is no name of a user';
    case 'save':
      return undefined;
    case 'edit-conf':
      if (action.changes.length === 0) return 'there are no changes';
      return fileProblem(action, node) ?? changesProblem(action.changes, node, shut);
    case 'write-file':
      return writeFileProblem(action, node);
    case 'set-access':
      return accessProblem(action);
    case 'make-certificate':
      return certificateProblem(action, node);
    case 'restart':
      return restartProblem(action, node);
    case 'renew-links':
      return isUserName(action.user) ? undefined : 'this is no name of a user';
    case 'set-firewall':
    case 'keep-firewall':
      return firewallProblem(action, node);
    case 'set-sentinel':
      if (node.mode !== 'sentinel') return 'this server is no Sentinel';
      if (action.master === '' || /\s|\p{Cc}/u.test(action.master)) return 'this is no name of a master';
      return sentinelOptionProblem(action.option, action.value);
  }
}

/** A file of the redis.conf family, to be changed line by line. */
function fileProblem({ path }: { readonly path: string }, node: PlanNode): string | undefined {
  if (!isPlainPath(path)) return notPlain;
  if (isOfTheSystem(path)) return 'it is a file of the system, or of another program';
  // An included file may lie anywhere; one that is no configuration could be a script.
  if (/\.(?:conf|acl)$/.test(path)) return undefined;
  if (misusedAs(path.slice(path.lastIndexOf('/') + 1)) !== undefined)
    return 'it is no configuration of a server';
  return path === node.conf || path === node.aclFile || isOwn(path, node) ? undefined : elsewhere;
}

function accessProblem({ path, mode, owner, group }: Of<'set-access'>): string | undefined {
  if (!isPlainPath(path)) return notPlain;
  const names = [owner, group].filter((name) => name !== undefined);
  if (names.some((name) => !isAccount(name))) return 'its owner is no name of an account';
  if (mode === undefined) return names.length === 0 ? 'neither mode nor owner is said' : foreign(path, names);
  const bits = readMode(mode);
  if (bits === undefined) return 'its mode is neither octal nor words such as go-w';
  if (bits.setUser) return 'no plan lets a program run as its owner';
  if (bits.setGroup && names.length > 0) return 'no plan gives a file away and lets it run as its group';
  if ((bits.others & 2) !== 0) return 'no plan lets everybody write a file';
  if (
    isOfTheSystem(path) &&
    !bits.onlyTakes &&
    bits.others !== 0 &&
    !(isProgramPlace(path) && names.every(isRoot))
  )
    return 'it is a file of the system, or of another program: a plan only takes rights on it away';
  return foreign(path, names);
}

const foreign = (path: string, names: readonly string[]): string | undefined =>
  isOfTheSystem(path) && !names.every(isRoot)
    ? 'it is a file of the system, or of another program: a plan gives it to root only'
    : undefined;

function certificateProblem(action: Of<'make-certificate'>, node: PlanNode): string | undefined {
  const { folder, names, clients, owner, group } = action;
  if (!isPlainPath(folder)) return notPlain;
  if (!isOwn(`${folder}/x`, node) && !isBelow(`${folder}/x`, '/etc/stunnel')) return elsewhere;
  if (
    names.length === 0 ||
    names.some((name) => !/^(?:\*\.)?[A-Za-z0-9_:][A-Za-z0-9_.:-]{0,252}$/.test(name))
  )
    return 'a name of the certificate is neither a host nor an address';
  if (
    clients.some(
      (name) => !/^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}$/.test(name) || ['ca', 'server'].includes(name),
    )
  )
    return 'the name of a client cannot be one of a file';
  if (new Set(clients).size !== clients.length) return 'two clients have one name';
  return [owner, group].some((name) => name !== undefined && !isAccount(name))
    ? 'its owner is no name of an account'
    : undefined;
}

function restartProblem({ by }: Of<'restart'>, { restart }: PlanNode): string | undefined {
  if (restart === undefined) return 'it is not known how this server is started';
  const same =
    by.kind === 'systemd' ? restart.kind === 'systemd' && restart.unit === by.unit : restart.kind === by.kind;
  if (!same) return 'the server is started in another way than its node says';
  return by.kind === 'systemd' && !isService(by.unit) ? 'this is no name of a service' : undefined;
}
