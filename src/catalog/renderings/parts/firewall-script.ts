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
import { followedAlone } from './followed.ts';

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

// What cannot be looked at is not gone: undo would take away what stands there.
const nft = (port: number): FirewallScript => ({
  show: `nft list table inet ${tableName(port)} 2>/dev/null && exit 0
why=$(LC_ALL=C nft list table inet ${tableName(port)} 2>&1 >/dev/null)
code=$?
case "$code $why" in
  0* | 127*) ;;
  *'No such file or directory'*) exit 0 ;;
esac
printf '%s\\n' "$why" >&2
exit 1`,
  put: `{ printf '%s\\n' '${nftChange(undefined, port).trim().replaceAll('\n', "' '")}'; cat; } | nft -f -`,
});

function iptables(port: number, docker: boolean): FirewallScript {
  const chain = chainName(port, docker);
  const head = `set -eu
# Nobody comes in by a family that the host does not speak.
speaks() { [ "$1" = iptables ] || [ -n "$(cat /proc/net/if_inet6 2>/dev/null)" ]; }
ours() { printf '%s\\n' "$1" | grep -E '^:${chain} |^-A ${chain} |^-A .* -j ${chain}$' || [ $? -eq 1 ]; }
families='iptables ip6tables'`;
  const look = `  table=$("$program-save" -t filter) || { ! speaks "$program" || exit 1; continue; }`;
  // Docker makes its chain for one family, for both, or not at all.
  const noPlace = `  if [ "$lines" != '' ]; then
    case $table in
      *':DOCKER-USER '*) ;;
      *) continue ;;
    esac
  fi
`;
  return {
    show: `${head}
for program in $families; do
${look}
  ours "$table" | sed "s/^/$program /"
done`,
    put: `${head}
wanted=$(cat)
put=0
for program in $families; do
${look}
  now=$(ours "$table")
  lines=$(printf '%s\\n' "$wanted" | sed -n "s/^$program //p")
${docker ? noPlace : ''}  [ "$lines" = '' ] || put=$((put + 1))
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
done
[ "$put" -gt 0 ] || [ "$wanted" = '' ] || { echo 'there is no ${docker ? 'chain DOCKER-USER' : 'iptables'}' >&2; exit 1; }`,
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
  const docker = backend === 'docker-user';
  const chain = chainName(port, docker);
  const table = tableName(port);
  const parent = docker ? 'DOCKER-USER' : 'INPUT';
  const ours =
    words === 'nft'
      ? `$0 == "# ${table}: written by keyward, begin" { if (skip) open = 1; skip = 1 }
{ mine = skip }
$0 == "# ${table}: end" { skip = 0 }`
      : `{ rule = $0; sub(/^\\[[0-9]+:[0-9]+\\] /, "", rule)
  mine = index(rule, ":${chain} ") == 1 || index(rule, "-A ${chain} ") == 1 || rule ~ /^-A .* -j ${chain}$/ }
/^\\*/ { inside = $0 == "*filter" && !tables++ }`;
  const place =
    words === 'nft'
      ? ''
      : `inside && /^(:|\\*filter$)/ { at = kept }
inside && index($0, ":${parent} ") == 1 { has = 1 }
inside && $0 == "COMMIT" { ended = 1; inside = 0 }`;
  // A rule in a chain that the file does not declare is no rule: the whole table would be refused when the host starts.
  const [check, declared] =
    words === 'nft'
      ? ['if (skip || open) exit 1; at = kept', '']
      : ['if (at == 0 || !ended) exit 1', `if (!has) print ":${parent} ${docker ? '-' : 'ACCEPT'} [0:0]"; `];
  const why =
    words === 'nft' ? 'has the beginning of our lines and not their end' : 'has no whole table filter';
  return `set -eu
${followedAlone}file=$(followed "$1")
[ -f "$file" ] || fail "$1 is not there"
new=$(mktemp "$file.keyward.XXXXXX")
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM
cp -p "$file" "$new"
LINES=$(cat) awk '
${ours}
mine { next }
{ line[++kept] = $0 }
${place}
END {
  ${check}
  if (at == 0) print ENVIRON["LINES"]
  for (i = 1; i <= kept; i++) { print line[i]; if (i == at) { ${declared}print ENVIRON["LINES"] } }
}' "$file" >"$new" || fail "$1 ${why}: left as it is"
mv -f "$new" "$file"`;
}

/** Our lines as they stand in the file. */
export const keepInput = ({ words, backend, ports, allow }: KeepFirewall): string =>
  savedLines({ ports, allow, words, backend })
    .map((line) => `${line}\n`)
    .join('');
