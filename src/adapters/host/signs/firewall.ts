import { existsSync } from 'node:fs';
import { join } from 'node:path/posix';
import { textOf } from '../bounded-read.ts';
import { collectOutput } from '../run-program.ts';
import { type Search, sign } from './place.ts';

const saved = [
  '/etc/iptables/rules.v4',
  '/etc/iptables/rules.v6',
  '/etc/sysconfig/iptables',
  '/etc/sysconfig/ip6tables',
  '/etc/nftables.conf',
  '/etc/sysconfig/nftables.conf',
  '/etc/ufw/user.rules',
  '/etc/iptables.rules',
  '/etc/iptables/iptables.rules',
  '/etc/rc.local',
];
const programs = ['/usr/sbin/iptables-save', '/sbin/iptables-save', '/usr/bin/iptables-save'];

/**
 * The door that a worm shuts behind itself: `iptables -I INPUT -p tcp --dport 6379 -j DROP` with loopback let through,
 * so that no other worm gets in. From outside the server then looks closed.
 *
 * An administrator may write the same rule, so it counts only when it stands among the first of INPUT under a policy
 * that lets everything else in, has no comment, and in no saved rule set of the host: somebody typed it, or something.
 * Asked only as root, and only when the kernel has rules at all: the program must not load a kernel module for us. Where
 * somebody has read the rules of the table `filter` already, `read` gives them.
 */
export async function firewallSigns(
  search: Search,
  port: number,
  root: string,
  read?: () => Promise<string | undefined>,
): Promise<void> {
  if (root !== '/' || process.getuid?.() !== 0) {
    search.unread.add('firewall rules');
    return;
  }
  const rules = (await read?.()) ?? (await askedRules());
  if (rules === undefined) return;
  search.seen += 1;
  const rule = hiddenDoor(rules, port);
  if (rule === undefined) return;
  const known = saved.some((path) => mentionsPort(textOf(join(root, path), 1_048_576) ?? '', port));
  if (!known) sign(search, 'firewall-rule', 'iptables INPUT', `${rule} (in no saved rule set)`);
}

async function askedRules(): Promise<string | undefined> {
  const program = programs.find((path) => existsSync(path));
  const hasRules =
    existsSync('/sys/module/nf_tables') || (textOf('/proc/net/ip_tables_names', 4096) ?? '') !== '';
  if (program === undefined || !hasRules) return undefined;
  return collectOutput(program, ['-t', 'filter'], 1000);
}

const mentionsPort = (text: string, port: number): boolean =>
  text
    .split('\n')
    .some(
      (line) => /drop|reject|deny/i.test(line) && new RegExp(`(?:^|[^0-9])${port}(?:[^0-9]|$)`).test(line),
    );

/** The rule that drops a port for everybody, in the output of iptables-save; undefined when there is none like a worm's. */
export function hiddenDoor(rules: string, port: number): string | undefined {
  const lines = rules.split('\n');
  if (!lines.some((line) => line.startsWith(':INPUT ACCEPT'))) return undefined;
  const input = lines.filter((line) => line.startsWith('-A INPUT ')).slice(0, 6);
  return input.find((line) => {
    const words = line.split(/\s+/);
    const at = (option: string): string | undefined => words[words.indexOf(option) + 1];
    const bare = !['-s', '-i', '-d', '--comment', '!', '--ctstate', '--match-set'].some((word) =>
      words.includes(word),
    );
    const drops = at('-j') === 'DROP' && words.includes('-j');
    return bare && drops && words.includes('--dport') && at('--dport') === String(port);
  });
}
