/**
 * Whole files that a plan may write: drop-ins that confine the unit of the server, configurations of stunnel, and
 * files of the server's own. Each kind by a list of what may stand in it, since all of them can start programs.
 */
import { parseConf } from '../../lang/conf/index.ts';
import type { Action, PlanNode } from '../../model/index.ts';
import { isBelow, isOwn, isPlainPath, unitOfDropIn } from './places.ts';
import { settingProblem } from './settings.ts';
import { isAccount, isRoot, readMode } from './words.ts';

type WriteFile = Extract<Action, { do: 'write-file' }>;

/** Directives that take something away from a service; those that start, mount or load something are not among them. */
const confines =
  /^(?:User|Group|NoNewPrivileges|Private[A-Za-z]+|Protect[A-Za-z]+|Restrict[A-Za-z]+|SystemCall(?:Filter|Architectures|ErrorNumber)|MemoryDenyWriteExecute|LockPersonality|CapabilityBoundingSet|AmbientCapabilities|ReadWritePaths|ReadOnlyPaths|InaccessiblePaths|NoExecPaths|ExecPaths|UMask|Limit[A-Z]+|IPAddress(?:Allow|Deny)|SocketBind(?:Allow|Deny)|DevicePolicy|RemoveIPC|KeyringMode|ProcSubset|RuntimeDirectory(?:Mode)?|OOMScoreAdjust|MemoryMax|TasksMax|DynamicUser)$/;

function dropInProblem(text: string): string | undefined {
  let inService = false;
  const users = new Set<string>();
  const groups = new Set<string>();
  for (const line of text.split('\n')) {
    if (/^\s*(?:[#;].*)?$/.test(line)) {
      if (line.endsWith('\\')) return 'a line goes on in the next one';
      continue;
    }
    if (line === '[Service]') {
      inService = true;
      continue;
    }
    const [, name = '', value = ''] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? [];
    if (!inService || !confines.test(name)) return 'a line does more than confine the service';
    if (value.endsWith('\\')) return 'a line goes on in the next one';
    if ((name === 'User' || name === 'Group') && (!isAccount(value) || isRoot(value)))
      return `${name} is to be an account other than root`;
    if (name === 'User') users.add(value);
    if (name === 'Group') groups.add(value);
    if (name === 'AmbientCapabilities' && value !== '') return 'no plan gives a service capabilities';
  }
  // A group such as disk or docker is as good as root.
  return [...groups].every((group) => users.has(group)) ? undefined : 'Group is to be that of User';
}

/** Options of stunnel that `stunnelPair` writes; `exec`, `output`, `engine` and the like are not among them. */
const tunnel = new Set(
  'foreground pid syslog debug setuid setgid socket accept connect client cert key CAfile requireCert verifyChain checkHost checkIP sslVersionMin renegotiation'.split(
    ' ',
  ),
);

function tunnelProblem(text: string): string | undefined {
  for (const line of text.split('\n')) {
    if (/^\s*(?:[;#].*)?$|^\[[\w.-]+\]$/.test(line)) continue;
    const [, name = '', value = ''] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (!tunnel.has(name)) return 'stunnel would do more than pass connections on';
    if (name === 'pid' && value !== '') return 'stunnel would write a file';
    if ((name === 'setuid' || name === 'setgid') && (!isAccount(value) || isRoot(value)))
      return `${name} is to be an account other than root`;
  }
  return undefined;
}

function confProblem(text: string, node: PlanNode): string | undefined {
  for (const line of parseConf(Buffer.from(text, 'utf8')).lines) {
    if (line.kind === 'broken') return `line ${line.number} cannot be read`;
    if (line.kind !== 'directive') continue;
    if (line.name === 'rename-command') return `line ${line.number}: commands are renamed by edit-conf`;
    const problem = settingProblem(line.name, line.args, node);
    if (problem !== undefined) return `line ${line.number}: ${problem}`;
  }
  return undefined;
}

/** What is wrong with a file that the plan would write. */
export function writeFileProblem(
  { path, text, mode, owner, group }: WriteFile,
  node: PlanNode,
): string | undefined {
  if (!isPlainPath(path)) return 'its path is not absolute, or has . or .. or a control character in it';
  const bits = readMode(mode);
  if (bits === undefined || !/^[0-7]{3,4}$/.test(mode)) return 'its mode is not octal';
  if (
    bits.setUser ||
    bits.setGroup ||
    (bits.others & 3) !== 0 ||
    (bits.group & 3) !== 0 ||
    /[1357]/.test(mode.slice(-3))
  )
    return 'its mode lets others write it, or anybody run it';
  if ([owner, group].some((name) => name !== undefined && !isAccount(name)))
    return 'its owner is no name of an account';
  // NUL, and whatever a reader might take for the end of a line where others do not.
  if (/[^\P{Cc}\n\t]|[\u2028\u2029]/u.test(text)) return 'its text holds control characters';
  const unit = unitOfDropIn(path);
  if (unit !== undefined) {
    if (node.restart?.kind !== 'systemd' || node.restart.unit !== unit)
      return `it changes the unit ${unit}, which is not the one that runs this server`;
    if ([owner, group].some((name) => name !== undefined && !isRoot(name)))
      return 'a unit belongs to root alone';
    return dropInProblem(text);
  }
  if (isBelow(path, '/etc/stunnel'))
    return path.endsWith('.conf') ? tunnelProblem(text) : 'it is no configuration of stunnel';
  if (!isOwn(path, node))
    return 'it lies outside of the folders of the server (beside its redis.conf, or named after it), of stunnel, and of the drop-ins of its unit';
  if (path === node.conf || path === node.aclFile)
    return 'edit-conf and keep-user change this file, and write no other';
  if (!/\.(?:conf|acl)$/.test(path)) return 'it is no configuration (.conf, .acl)';
  return confProblem(text, node);
}
