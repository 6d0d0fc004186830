import type { Origin } from './exposure.ts';

/** What a program or a file says, in whose words: they are read when they are judged, not when they are collected. */
export interface FirewallText {
  readonly words:
    | 'iptables-save'
    | 'ip6tables-save'
    | 'ipset-save'
    | 'nft-json'
    | 'nft'
    | 'ufw'
    | 'firewalld';
  /** Who said it: a program (`iptables-save`) or a file. */
  readonly from: string;
  readonly text: string;
}

/** One interface that is up, with what the kernel's routes send out by it. */
export interface NetworkInterface {
  readonly name: string;
  /** Its own addresses, without prefix. */
  readonly addresses: readonly string[];
  /** Networks that it is on, CIDR: routes without a gateway. */
  readonly networks: readonly string[];
  /** Networks behind a gateway, CIDR; `0.0.0.0/0` and `::/0` for the default route. */
  readonly routes: readonly string[];
  /** Addresses of these gateways. */
  readonly gateways: readonly string[];
}

/** Packet filters of one network namespace, all in the kernel at once. */
export interface FirewallLayer {
  /** `server`: of the namespace that the server's sockets are in; `host`: of the host around a container's. */
  readonly network: 'server' | 'host';
  readonly rules: readonly FirewallText[];
  readonly interfaces: readonly NetworkInterface[];
  readonly forwarding: { readonly ipv4: boolean; readonly ipv6: boolean };
  /** There are routes beside these: tables of policy routing, or such that refuse. Absent: there are none. */
  readonly otherRoutes?: boolean;
  /** Packets for 127.0.0.0/8 are taken from outside (`route_localnet`); absent: not known. */
  readonly routeLocalnet?: boolean;
  /** Packets between hosts of one bridge pass its rules (`bridge-nf-call-iptables`). */
  readonly filtersBridges: boolean;
  /** What may filter too and could not be read, in words. */
  readonly unread: readonly string[];
}

/** Who is let through to the server: the rules that the kernel holds, and those that files bring back at boot. */
export interface FirewallFacts {
  /** The server's own namespace first. */
  readonly layers: readonly FirewallLayer[];
  /** We look from inside the same container: what is around it cannot be seen. */
  readonly inside: boolean;
  /** Files that are loaded when the host starts; empty where there is none. */
  readonly saved: readonly FirewallText[];
  /** Programs that bring rules of their own at boot, by the folders that they keep: `ufw`, `firewalld`. */
  readonly managers: readonly string[];
}

/** A rule that does not do what its author will have thought. */
export interface IdleRule {
  readonly rule: string;
  readonly kind: string;
  readonly why: string;
}

/** Rules about the ports of a server, with what is wrong with them. Rules are told with the place where they stand. */
export interface Filtering {
  /** How many rules name a port of the server. */
  readonly rules: number;
  readonly idle: readonly IdleRule[];
  /** In the kernel, and in none of the files that are loaded at boot. */
  readonly unsaved: readonly string[];
  /** The files that were looked at, and programs that bring rules of their own. */
  readonly savedIn: readonly string[];
}

/** A range of addresses with a name of the user's: `office`. */
export interface NamedRange {
  readonly name: string;
  readonly range: string;
}

/** What a restart of the host changes about who gets to one address and port. */
export interface RebootChange {
  readonly address: string;
  readonly port: number;
  readonly change: 'opens' | 'closes';
  /** In words, and as CIDR. */
  readonly who: string;
  readonly sources: readonly string[];
}

/** The rules of the kernel against those of the files that are loaded at boot. */
export interface FirewallDrift {
  readonly changes: readonly RebootChange[];
  /** Rules about its ports in the kernel and in no file, and the other way round. */
  readonly unsaved: readonly string[];
  readonly unloaded: readonly string[];
  readonly savedIn: readonly string[];
  /** Programs that bring rules of their own, whose files were not read: who gets in after a restart is not worked out. */
  readonly managers: readonly string[];
}

/** Who gets through to one server, or why that is not known. */
export interface FirewallTable {
  readonly target: string;
  /** Ways over networks; refused ones among them. */
  readonly origins: readonly Origin[];
  readonly notCollected: readonly string[];
  /** Why no rules were read. */
  readonly unknown?: string;
  /** What a rule set says that its own program would refuse to load. */
  readonly problems: readonly string[];
  readonly drift?: FirewallDrift;
}

/** What `keyward firewall` answers. */
export interface FirewallReport {
  readonly schema: 'keyward.firewall/1';
  readonly asked: 'show' | 'why' | 'diff';
  /** Of `why`: who is asked about. */
  readonly source?: string;
  readonly servers: readonly FirewallTable[];
  readonly failures: readonly { readonly target: string; readonly problem: string }[];
}
