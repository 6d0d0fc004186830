/**
 * Rules of ours for people who apply by other means: three small scripts of POSIX sh for each program. `show` prints our
 * part as it is, `put` makes it what its standard input says; so what was there before is put back by the same script.
 */
import {
  chainName,
  families,
  iptablesPart,
  nftChange,
  nftPart,
  savedLines,
  tableName,
} from '../../firewalls/print/index.ts';
import type { Action, Resource } from '../../../model/index.ts';

type SetFirewall = Extract<Action, { do: 'set-firewall' }>;
type KeepFirewall = Extract<Action, { do: 'keep-firewall' }>;
type Firewall = Extract<Resource, { kind: 'firewall' }>;

/** Why no script does it. */
export function cannotScript({ backend }: Pick<SetFirewall, 'backend'>): string | undefined {
  return backend === 'ufw' || backend === 'firewalld'
    ? `rules among those of ${backend} are put there by keyward apply`
    : undefined;
}

export interface FirewallScript {
  readonly show: string;
  readonly put: string;
}

/** Scripts for our part of this name. */
export function firewallScript({ backend, port }: Pick<Firewall, 'backend' | 'port'>): FirewallScript {
  if (backend === 'nft') return nft(port);
  return iptables(port, backend === 'docker-user');
}

const nft = (port: number): FirewallScript => ({
  show: `nft list table inet ${tableName(port)} 2>/dev/null || :`,
  put: `{ printf '%s\\n' '${nftChange(undefined, port).trim().replaceAll('\n', "' '")}'; cat; } | nft -f -`,
});

function iptables(port: number, docker: boolean): FirewallScript {
  const chain = chainName(port, docker);
  // A host without IPv6 may have no such table.
  const head = `set -eu
part() {
  table=$("$1-save" -t filter) || { [ "$1" = ip6tables ] && [ ! -s /proc/net/if_inet6 ]; return; }
  printf '%s\\n' "$table" | grep -E '^:${chain} |^-A ${chain} |^-A .* -j ${chain}$' || :
}`;
  return {
    show: `${head}
for program in iptables ip6tables; do part $program | sed "s/^/$program /"; done`,
    put: `${head}
wanted=$(cat)
for program in iptables ip6tables; do
  now=$(part $program)
  lines=$(printf '%s\\n' "$wanted" | sed -n "s/^$program //p")
  [ "$now$lines" != '' ] || continue
  {
    printf '%s\\n' '*filter'
    printf '%s\\n' "$now" | sed -n 's/^-A \\(.* -j ${chain}\\)$/-D \\1/p'
    printf '%s\\n' "$lines" | awk '
      /^:/ { print ":${chain} - [0:0]"; next }
      /^-A ${chain} / { print; next }
      /^-A / { where = $2; sub(/^-A [^ ]+ /, ""); print "-I " where " " ++n " " $0 }'
    [ "$lines" != '' ] || printf '%s\\n' '-F ${chain}' '-X ${chain}'
    echo COMMIT
  } | "$program-restore" -w 10 --noflush
done`,
  };
}

/** What `put` is told for these rules. */
export function firewallInput({ backend, ports, allow }: SetFirewall): string {
  const part = { ports, allow };
  if (backend === 'nft') return nftPart(part);
  const docker = backend === 'docker-user';
  const chain = chainName(ports[0] ?? 0, docker);
  return families
    .flatMap((family) => {
      const { rules = [], jumps } = iptablesPart(part, family, docker);
      const program = family === 'ipv4' ? 'iptables' : 'ip6tables';
      return [
        `:${chain} - [0:0]`,
        ...jumps.map(({ from, words }) => `-A ${from} ${words}`),
        ...rules.map((words) => `-A ${chain} ${words}`),
      ].map((line) => `${program} ${line}\n`);
    })
    .join('');
}

/** A script that puts our lines, from its standard input, into the file that is its first word. */
export function keepScript({ words, backend, ports: [port = 0] }: KeepFirewall): string {
  const chain = chainName(port, backend === 'docker-user');
  const table = tableName(port);
  const ours =
    words === 'nft'
      ? `$0 == "# ${table}: written by keyward, begin" { skip = 1 }
{ mine = skip }
$0 == "# ${table}: end" { skip = 0 }`
      : `{ rule = $0; sub(/^\\[[0-9]+:[0-9]+\\] /, "", rule)
  mine = index(rule, ":${chain} ") == 1 || index(rule, "-A ${chain} ") == 1 || rule ~ /^-A .* -j ${chain}$/ }
/^\\*/ { inside = $0 == "*filter" }`;
  const place = words === 'nft' ? '' : 'inside && /^(:|\\*filter$)/ { at = kept }';
  return `set -eu
[ -f "$1" ] || { echo "$1 is not there" >&2; exit 1; }
cp -p "$1" "$1.keyward"
LINES=$(cat) awk '
${ours}
mine { next }
{ line[++kept] = $0 }
${place}
END {
  ${words === 'nft' ? 'at = kept' : 'if (at == 0) exit 1'}
  for (i = 1; i <= kept; i++) { print line[i]; if (i == at) print ENVIRON["LINES"] }
}' "$1" >"$1.keyward"
mv -f "$1.keyward" "$1"`;
}

/** Our lines as they stand in the file. */
export const keepInput = ({ words, backend, ports, allow }: KeepFirewall): string =>
  savedLines({ ports, allow, words, backend })
    .map((line) => `${line}\n`)
    .join('');
