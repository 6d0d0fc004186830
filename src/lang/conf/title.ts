const variables: ReadonlySet<string> = new Set([
  'title',
  'listen-addr',
  'server-mode',
  'port',
  'tls-port',
  'unixsocket',
  'config-file',
]);

/** Whether a template of the process title holds known variables only, and closes every brace. */
export function validTitle(template: string): boolean {
  let at = 0;
  for (;;) {
    const open = template.indexOf('{', at);
    if (open < 0) return template.length > 0;
    const close = template.indexOf('}', open);
    if (close < 0 || !variables.has(template.slice(open + 1, close))) return false;
    at = close + 1;
  }
}
