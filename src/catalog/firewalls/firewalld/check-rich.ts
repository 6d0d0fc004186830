/** Rules that firewalld itself refuses: it says so in its log, and goes on without them. */
import { fromCidr } from '../../../lang/packets/index.ts';
import type { Peer, RichRule } from './model.ts';
import { isNoPort } from './ports.ts';

/** Why firewalld leaves this rule out; nothing where it takes it. */
export function refusalOf(rule: RichRule): string | undefined {
  const { family, priority, source, destination, element, action, logs } = rule;
  if (family !== undefined && family !== 'ipv4' && family !== 'ipv6') return `there is no family ${family}`;
  if (
    family === undefined &&
    (source?.address !== undefined || destination || element?.kind === 'forward-port')
  )
    return 'a rule with an address needs a family';
  if (priority < -32_768 || priority > 32_767) return 'its priority is out of bounds';
  if (!element && !(logs && priority !== 0)) {
    if (!action) return 'it has neither an element nor an action';
    if (!source && !destination && priority === 0)
      return 'it chooses nothing: no element, source, destination or priority';
  }
  const actsByItself =
    element !== undefined &&
    ['icmp-block', 'forward-port', 'masquerade', 'tcp-mss-clamp'].includes(element.kind);
  if (!actsByItself && !logs && !action) return 'it does nothing';
  if (actsByItself && action) return `${element.kind} takes no action`;
  const wrong = wrongPeer(source, family) ?? wrongPeer(destination, family);
  if (wrong !== undefined) return wrong;
  if ((element?.kind === 'port' || element?.kind === 'source-port') && isNoPort(element.port))
    return `${element.port.text.slice(0, 40)} is no port`;
  if (element?.kind === 'forward-port') {
    if (isNoPort(element.port)) return `${element.port.text.slice(0, 40)} is no port`;
    if (element.toPort === '' && element.toAddress === '') return 'it forwards to nowhere';
  }
  if (
    action?.limit !== undefined &&
    !/^[1-9]\d{0,9}\/(?:s|m|h|d|second|minute|hour|day)(?:$|\s)/.test(action.limit)
  )
    return `${action.limit.slice(0, 40)} is no limit`;
  return undefined;
}

function wrongPeer(peer: Peer | undefined, family: string | undefined): string | undefined {
  if (!peer) return undefined;
  const given = [peer.address, peer.mac, peer.ipset].filter((one) => one !== undefined);
  if (given.length !== 1) return 'a source or destination is one address, MAC address or ipset';
  if (peer.address === undefined) return undefined;
  const set = fromCidr(peer.address);
  if (!set) return `${peer.address.slice(0, 60)} is no address`;
  return set.family === family ? undefined : `${peer.address.slice(0, 60)} is no address of ${family}`;
}
