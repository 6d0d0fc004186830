/** `firewall-cmd --list-all-zones` and `--list-all-policies`: what firewalld holds now, whatever stands in its files. */
import type { Position } from '../../../lang/packets/index.ts';
import type { Policy, PortEntry, RichRule, Settings, Zone } from './model.ts';
import { portOf } from './ports.ts';
import { type Reading, shortened } from './reading.ts';
import { parseRichRule } from './rich-text.ts';
import { numberOf, takeRule, targetOf } from './settings-xml.ts';

const mostLines = 500_000;

interface Field {
  readonly value: string;
  readonly at: Position;
  readonly lines: { readonly text: string; readonly at: Position }[];
}

interface Block {
  readonly name: string;
  /** `active`, `default`. */
  readonly flags: readonly string[];
  readonly at: Position;
  readonly fields: Map<string, Field>;
}

export interface ListedZones {
  readonly zones: readonly Zone[];
  /** The zone that the list calls the default; older lists call none. */
  readonly defaultZone?: string;
}

export function readZoneList(text: string, file: string, reading: Reading): ListedZones {
  const blocks = blocksOf(text, file, reading);
  const standard = blocks.find(({ flags }) => flags.includes('default'))?.name;
  const zones = blocks.map((block): Zone => {
    const settings = settingsOf(block, reading);
    const at = (name: string): Position => block.fields.get(name)?.at ?? block.at;
    return {
      ...settings,
      interfaces: wordsOf(block, 'interfaces').map((name) => ({ name, at: at('interfaces') })),
      sources: wordsOf(block, 'sources').map((word) => {
        const place = { not: false, at: at('sources') };
        if (word.startsWith('ipset:')) return { ipset: word.slice(6), ...place };
        return /^(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$/.test(word)
          ? { mac: word, ...place }
          : { address: word, ...place };
      }),
      forward: valueOf(block, 'forward') === 'yes',
      priority: numberOf(valueOf(block, 'ingress-priority'), 0),
    };
  });
  return { zones, ...(standard === undefined ? {} : { defaultZone: standard }) };
}

export function readPolicyList(text: string, file: string, reading: Reading): readonly Policy[] {
  return blocksOf(text, file, reading).map((block) => ({
    ...settingsOf(block, reading),
    ingress: wordsOf(block, 'ingress-zones'),
    egress: wordsOf(block, 'egress-zones'),
    priority: numberOf(valueOf(block, 'priority'), -1),
  }));
}

function blocksOf(text: string, file: string, reading: Reading): readonly Block[] {
  const blocks: Block[] = [];
  let field: Field | undefined;
  const lines = text.split('\n', mostLines + 1);
  if (lines.length > mostLines) {
    lines.pop();
    reading.note({ file, text: '' }, `more than ${mostLines} lines: the rest is not read`, true);
  }
  for (const [index, raw] of lines.entries()) {
    const line = raw.trimEnd();
    const at: Position = { file, line: index + 1, text: shortened(line.trim()) };
    if (line === '') continue;
    const block = blocks.at(-1);
    if (!/^\s/.test(line)) {
      const [, name = '', flags = ''] = /^(\S{1,200})(?: \(([a-z, ]{0,40})\))?$/.exec(line) ?? [];
      if (name === '') reading.note(at, 'this line is not understood');
      else blocks.push({ name, flags: flags.split(/, */), at, fields: new Map() });
      field = undefined;
    } else if (line.startsWith('\t') || line.startsWith('    ')) {
      if (field) field.lines.push({ text: line.trim(), at });
      else reading.note(at, 'this line belongs to nothing');
    } else {
      const colon = line.indexOf(':');
      if (colon < 0 || !block) {
        reading.note(at, 'this line is not understood');
        continue;
      }
      field = { value: line.slice(colon + 1).trim(), at, lines: [] };
      block.fields.set(line.slice(0, colon).trim(), field);
    }
  }
  return blocks;
}

const valueOf = ({ fields }: Block, name: string): string => fields.get(name)?.value ?? '';
const wordsOf = (block: Block, name: string): readonly string[] =>
  valueOf(block, name).split(/\s+/).filter(Boolean);

function settingsOf(block: Block, reading: Reading): Settings {
  const { name, at } = block;
  const place = (field: string): Position => block.fields.get(field)?.at ?? at;
  const ports = (field: string): readonly PortEntry[] =>
    wordsOf(block, field).map((word) => {
      const [port = '', protocol = ''] = word.split('/');
      return { ...portOf(port, protocol), at: place(field) };
    });
  const named = (field: string) => wordsOf(block, field).map((one) => ({ name: one, at: place(field) }));
  const rules: RichRule[] = [];
  for (const line of block.fields.get('rich rules')?.lines ?? [])
    takeRule(parseRichRule(line.text, line.at), line.at, rules, reading);
  const target = targetOf(valueOf(block, 'target'));
  if (target === undefined) reading.note(place('target'), 'this target is not known', true);
  return {
    name,
    at: place('target'),
    target: target ?? 'default',
    services: named('services'),
    ports: ports('ports'),
    protocols: named('protocols'),
    sourcePorts: ports('source-ports'),
    forwardPorts: forwardsOf(block).map(({ text, at: where }) => {
      const given = new Map(
        text
          .split(':', 4)
          .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
      );
      // An IPv6 address holds colons itself, and comes last.
      const address = text.indexOf('toaddr=');
      return {
        port: portOf(given.get('port') ?? '', given.get('proto') ?? ''),
        toPort: given.get('toport') ?? '',
        toAddress: address < 0 ? '' : text.slice(address + 7),
        at: where,
      };
    }),
    masquerade: valueOf(block, 'masquerade') === 'yes' ? place('masquerade') : undefined,
    rules,
  };
}

/** On lines of their own, or behind the colon in older lists. */
function forwardsOf(block: Block): readonly { readonly text: string; readonly at: Position }[] {
  const field = block.fields.get('forward-ports');
  if (!field) return [];
  return [
    ...field.value
      .split(/\s+/)
      .filter(Boolean)
      .map((text) => ({ text, at: field.at })),
    ...field.lines,
  ];
}
