/** Rich rules as elements of a zone's or a policy's file. */
import type { Position } from '../../../lang/packets/index.ts';
import type { Peer, RichAction, RichElement, RichRule } from './model.ts';
import { portOf } from './ports.ts';
import { attribute, isTrue, shortened } from './reading.ts';
import type { XmlElement } from './xml.ts';

/** A rule, or why firewalld leaves it out. */
export function richRuleOf(element: XmlElement, file: string): RichRule | string {
  let source: Peer | undefined;
  let destination: Peer | undefined;
  let what: RichElement | undefined;
  let action: RichAction | undefined;
  let logs = false;
  let strange: string | undefined;
  const words: string[] = [];
  for (const child of element.children) {
    words.push(wordsOf(child));
    if (child.name === 'source' || child.name === 'destination') {
      if (child.name === 'source' && source) return 'more than one source';
      if (child.name === 'source') source = peerOf(child);
      else destination ??= peerOf(child);
      continue;
    }
    if (child.name === 'log' || child.name === 'nflog' || child.name === 'audit') {
      logs = true;
      continue;
    }
    const read = elementOf(child);
    if (read) {
      if (what) return 'more than one element';
      what = read;
      continue;
    }
    if (isAction(child.name)) {
      if (action) return 'more than one action';
      const limit = child.children.find(({ name }) => name === 'limit');
      action = {
        kind: child.name,
        ...(limit ? { limit: attribute(limit, 'value') } : {}),
        ...(child.name === 'mark' ? { set: attribute(child, 'set') } : {}),
      };
      continue;
    }
    strange = `<${child.name}>`;
  }
  const family = element.attributes.get('family');
  const priority = attribute(element, 'priority');
  const at: Position = {
    file,
    line: element.line,
    text: shortened(
      ['rule', ...Array.from(element.attributes, ([name, value]) => `${name}="${value}"`), ...words].join(
        ' ',
      ),
    ),
  };
  if (priority !== '' && !/^[+-]?\d{1,5}$/.test(priority))
    return `priority ${priority.slice(0, 20)} is no number`;
  return {
    ...(family === undefined ? {} : { family }),
    priority: Number(priority),
    ...(source ? { source } : {}),
    ...(destination ? { destination } : {}),
    ...(what ? { element: what } : {}),
    logs,
    ...(action ? { action } : {}),
    ...(strange === undefined ? {} : { strange }),
    at,
  };
}

const wordsOf = ({ name, attributes, children }: XmlElement): string =>
  [
    name,
    ...Array.from(attributes, ([key, value]) => `${key}="${value}"`),
    ...children.map(({ name: inner }) => inner),
  ].join(' ');

export function peerOf(element: XmlElement): Peer {
  const given = (name: string): string | undefined => element.attributes.get(name) || undefined;
  const [address, mac, ipset] = [given('address'), given('mac'), given('ipset')];
  return {
    ...(address === undefined ? {} : { address }),
    ...(mac === undefined ? {} : { mac }),
    ...(ipset === undefined ? {} : { ipset }),
    not: isTrue(attribute(element, 'invert')),
  };
}

export const isAction = (name: string): name is RichAction['kind'] =>
  name === 'accept' || name === 'reject' || name === 'drop' || name === 'mark';

function elementOf(element: XmlElement): RichElement | undefined {
  const { name } = element;
  const port = () => portOf(attribute(element, 'port'), attribute(element, 'protocol'));
  switch (name) {
    case 'service':
      return { kind: name, name: attribute(element, 'name') };
    case 'port':
    case 'source-port':
      return { kind: name, port: port() };
    case 'protocol':
      return { kind: name, value: attribute(element, 'value') };
    case 'forward-port':
      return {
        kind: name,
        port: port(),
        toPort: attribute(element, 'to-port'),
        toAddress: attribute(element, 'to-addr'),
      };
    case 'masquerade':
    case 'icmp-block':
    case 'icmp-type':
    case 'tcp-mss-clamp':
      return { kind: name };
    default:
      return undefined;
  }
}
