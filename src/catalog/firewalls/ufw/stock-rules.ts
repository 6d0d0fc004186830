/**
 * What stands in before.rules and after.rules where nobody changed them, as far as it concerns TCP: used where these
 * files were not read. Facts from ufw 0.36.
 */
export function stockBefore(six: boolean): string {
  const ufw = six ? 'ufw6' : 'ufw';
  const chains = ['before-input', 'before-output', 'before-forward'].map((name) => `:${ufw}-${name} - [0:0]`);
  const rules = [
    'before-input -i lo -j ACCEPT',
    'before-output -o lo -j ACCEPT',
    ...['input', 'output', 'forward'].map(
      (way) => `before-${way} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    ),
    'before-input -m conntrack --ctstate INVALID -j DROP',
    ...(six
      ? []
      : [
          `before-input -j ${ufw}-not-local`,
          ...['LOCAL', 'MULTICAST', 'BROADCAST'].map(
            (type) => `not-local -m addrtype --dst-type ${type} -j RETURN`,
          ),
          'not-local -j DROP',
        ]),
  ];
  return block([
    ...chains,
    ...(six ? [] : [`:${ufw}-not-local - [0:0]`]),
    ...rules.map((rule) => `-A ${ufw}-${rule}`),
  ]);
}

export function stockAfter(six: boolean): string {
  const ufw = six ? 'ufw6' : 'ufw';
  return block([
    ...['input', 'output', 'forward'].map((way) => `:${ufw}-after-${way} - [0:0]`),
    // Windows' noise is not logged; it meets the default policy like all else.
    ...[139, 445].map(
      (port) => `-A ${ufw}-after-input -p tcp --dport ${port} -j ${ufw}-skip-to-policy-input`,
    ),
  ]);
}

/** Lines of one table as iptables-restore takes them. */
export const block = (lines: readonly string[]): string => `*filter\n${lines.join('\n')}\nCOMMIT\n`;
