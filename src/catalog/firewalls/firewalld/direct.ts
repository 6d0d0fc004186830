/** direct.xml: rules in the words of iptables, which firewalld hands on as they are. */
import type { Family, Position, Rule, RuleProblem, Table } from '../../../lang/packets/index.ts';
import { parseIptablesSave } from '../iptables/index.ts';
import { attribute, positionOf, type Reading } from './reading.ts';
import { rootOf } from './settings-xml.ts';
import type { XmlElement } from './xml.ts';

const file = '/etc/firewalld/direct.xml';

export function readDirect(xml: string, reading: Reading): readonly Table[] {
  const root = rootOf({ name: 'direct', xml, file }, '', 'direct', reading);
  if (!root) return [];
  return (['ipv4', 'ipv6'] as const).flatMap((family) => tablesOf(root, family, reading));
}

interface Line {
  readonly table: string;
  readonly text: string;
  readonly at: Position;
}

function tablesOf(root: XmlElement, family: Family, reading: Reading): readonly Table[] {
  const mine = root.children.filter((child) => attribute(child, 'ipv') === family);
  const lineOf = (child: XmlElement, text: string, table = attribute(child, 'table')): Line => ({
    table,
    text: text.replaceAll(/\s+/g, ' ').trim(),
    at: positionOf(child, file),
  });
  const named = (name: string): readonly XmlElement[] => mine.filter((child) => child.name === name);
  const lines: readonly Line[] = [
    ...named('chain').map((child) => lineOf(child, `:${attribute(child, 'chain')} - [0:0]`)),
    ...named('rule')
      .toSorted((a, b) => Number(attribute(a, 'priority')) - Number(attribute(b, 'priority')))
      .map((child) => lineOf(child, `-A ${attribute(child, 'chain')} ${child.text}`)),
    ...named('passthrough').map((child) => {
      const table = /(?:^|\s)(?:-t|--table)\s+(\w{1,20})/.exec(child.text);
      return lineOf(child, child.text.replace(table?.[0] ?? '', ''), table?.[1] ?? 'filter');
    }),
  ];
  const out: string[] = [];
  const places: (Position | undefined)[] = [];
  const push = (text: string, at?: Position): void => {
    out.push(text);
    places.push(at);
  };
  for (const table of new Set(lines.map((line) => line.table))) {
    push(['*', table.replaceAll(/\s/g, '')].join(''));
    for (const line of lines) if (line.table === table) push(line.text, line.at);
    push('COMMIT');
  }
  const read = parseIptablesSave(`${out.join('\n')}\n`, { family, chains: [] });
  const moved = (at: Position): Position => places[(at.line ?? 0) - 1] ?? { file, text: at.text };
  for (const { at, reason, fatal } of read.problems satisfies readonly RuleProblem[])
    reading.note(moved(at), reason, fatal);
  return read.tables.map((table) => ({
    ...table,
    name: `direct ${table.name}`,
    chains: table.chains.map((chain) => ({
      ...chain,
      at: moved(chain.at),
      rules: chain.rules.map((rule): Rule => ({ ...rule, at: moved(rule.at) })),
    })),
  }));
}
