const variables: ReadonlySet<string> = new Set([
  'title',
  'listen-addr',
  'server-mode',
  'port',
  'tls-port',
  'unixsocket',
  'config-file',
]);

/**
 * Whether a template of the process title holds known variables only, closes every brace, and comes to something.
 * When the server checks it there is no title yet, and no mode unless it is a Sentinel or already a cluster node;
 * `empty` names the variables that are empty then.
 */
export function validTitle(template: string, empty: ReadonlySet<string>): boolean {
  let written = false;
  let at = 0;
  for (;;) {
    const open = template.indexOf('{', at);
    written ||= template.slice(at, open < 0 ? undefined : open).trim() !== '';
    if (open < 0) return written;
    const close = template.indexOf('}', open);
    const name = template.slice(open + 1, close);
    if (close < 0 || !variables.has(name)) return false;
    written ||= !empty.has(name);
    at = close + 1;
  }
}
