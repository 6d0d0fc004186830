/** Files to read. */
export const ufwPaths = {
  userRules: '/etc/ufw/user.rules',
  user6Rules: '/etc/ufw/user6.rules',
  beforeRules: '/etc/ufw/before.rules',
  before6Rules: '/etc/ufw/before6.rules',
  afterRules: '/etc/ufw/after.rules',
  after6Rules: '/etc/ufw/after6.rules',
  defaults: '/etc/default/ufw',
  conf: '/etc/ufw/ufw.conf',
} as const;
