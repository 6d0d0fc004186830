import {
  known,
  unknown,
  type CollectedFacts,
  type Fact,
  type ReplicationFacts,
  type Setting,
} from '../../model/index.ts';

const port = (text: string | undefined): number | undefined =>
  text && /^\d{1,5}$/.test(text) ? Number(text) : undefined;

/** `slave0:ip=10.0.0.2,port=6379,state=online,…` */
const replicaAddress = (text: string): string | undefined => {
  const match = /^ip=([^,]{1,255}),port=(\d{1,5})/.exec(text);
  return match ? `${match[1]}:${match[2]}` : undefined;
};

/** Who copies from whom, from INFO; else what the file says. */
export function deriveReplication(
  info: Fact<CollectedFacts['info']>,
  settings: Fact<Readonly<Record<string, Setting>>>,
): Fact<ReplicationFacts> {
  if (info.known && (info.value.role !== undefined || info.value.sentinel_masters !== undefined)) {
    const { value } = info;
    const masterPort = port(value.master_port);
    return known(
      {
        role:
          value.sentinel_masters !== undefined && value.role === undefined
            ? 'sentinel'
            : value.role === 'master'
              ? 'master'
              : 'replica',
        replicas: Object.entries(value).flatMap(([name, text]) =>
          /^slave\d+$/.test(name) ? (replicaAddress(text) ?? []) : [],
        ),
        ...(value.master_host ? { masterHost: value.master_host } : {}),
        ...(masterPort === undefined ? {} : { masterPort }),
        ...(value.master_link_status ? { linkUp: value.master_link_status === 'up' } : {}),
        ...(value.master_replid ? { replicationId: value.master_replid } : {}),
      },
      info.source,
    );
  }
  if (!settings.known)
    return unknown(
      info.known ? 'unreadable' : info.why,
      info.known ? 'INFO says nothing of replication' : info.detail,
    );
  const replicaOf = settings.value.replicaof?.value ?? settings.value.slaveof?.value;
  const [masterHost, text] = typeof replicaOf === 'string' ? replicaOf.split(/\s+/) : [];
  const masterPort = port(text);
  if (!masterHost) return known({ role: 'master', replicas: [] }, settings.source);
  return known(
    { role: 'replica', replicas: [], masterHost, ...(masterPort === undefined ? {} : { masterPort }) },
    settings.source,
  );
}
