import type { ClientGroup, SeenClient } from '../../model/index.ts';

type Kind = ClientGroup['kind'];

/** Sentinel names its connections so, at every server that it watches: `sentinel-1f2e3d4c-cmd`. */
const sentinelName = /^sentinel-[0-9a-f]{8}-(cmd|pubsub)$/;

/** Libraries and connection names of programs that only measure. */
const exporterNames =
  /exporter|prometheus|telegraf|datadog|netdata|collectd|zabbix|newrelic|grafana|nagios|check_redis/i;

/** What kind of client a connection is, by what the server says of it, and then by what it says of itself. */
export function kindOf({ flags, name = '', library = '', subscriptions }: SeenClient): Kind {
  if (flags.includes('M')) return 'master';
  // A monitor of an old server is a replica as well.
  if (flags.includes('O')) return 'monitor';
  if (flags.includes('S')) return 'replica';
  if (sentinelName.test(name)) return 'sentinel';
  if (exporterNames.test(name) || exporterNames.test(library)) return 'exporter';
  if (flags.includes('P') || subscriptions > 0) return 'pubsub';
  return 'client';
}

/** What programs that measure ask for, and applications hardly ever do. */
const measuring =
  /^(slowlog|latency|config\|get|commandlog|memory\|(stats|doctor|usage)|cluster\|info)(\||$)/;

/** What they ask for besides. Applications ask for INFO as well, when they connect. */
const alsoMeasuring =
  /^(info|ping|client|config|client\|list|client\|setname|client\|setinfo|dbsize|select|hello|auth|lastsave|role|module\|list|time|command)$/;

/** What exporters read of keys that they are told to watch. */
const watching =
  /^(get|type|exists|ttl|scan|strlen|llen|scard|zcard|hlen|xlen|pfcount|sscan|hscan|zscan|dbsize|xinfo|xinfo\|(stream|groups|consumers)|memory|memory\|usage|object|object\|\w{1,20}|readonly|cluster|cluster\|(slots|nodes|shards)|echo|role)$/;

/** Whether somebody who calls itself an exporter was seen to work all the same. */
export const works = (commands: readonly string[]): boolean =>
  commands.some(
    (command) => !measuring.test(command) && !alsoMeasuring.test(command) && !watching.test(command),
  );

/** Whether somebody who sent only these commands measures, rather than works. */
export const measures = (commands: readonly string[]): boolean =>
  commands.some((command) => measuring.test(command)) &&
  commands.every((command) => measuring.test(command) || alsoMeasuring.test(command));
