/** Commands by which a client brings code of its own. EVALSHA and FCALL only run what somebody else brought. */
export const ownCode = ['eval', 'eval_ro', 'script|load', 'function|load', 'function|restore'] as const;

/** Commands that run code as it was brought, right away. */
export const evals = ['eval', 'eval_ro', 'evalsha', 'evalsha_ro', 'fcall', 'fcall_ro'] as const;

/** Commands that take a serialized value. */
export const restores = ['restore', 'restore-asking'] as const;

/** Commands that make a server take a whole data set from elsewhere. */
export const followers = ['replicaof', 'slaveof'] as const;

export const hyperLogLog = ['pfadd', 'pfcount', 'pfmerge', 'pfdebug', 'pfselftest'] as const;

const words = (text: string): readonly string[] => text.split(' ');

/** Commands that wait for a key and are run again when it appears. */
export const blocking = words(
  'blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop xread xreadgroup',
);

/** Commands that match a pattern against names. */
export const patterns = words(
  'keys scan sscan hscan zscan psubscribe pubsub|channels pubsub|shardchannels command|list function|list config|get',
);
