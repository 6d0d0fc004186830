/**
 * What gives an intruder's file away.
 *
 * A server that was told `CONFIG SET dir /etc/cron.d` and `SAVE` writes its whole dump there: cron and sshd pass over
 * the binary parts, and run or accept the line in the middle. Nobody else writes an RDB header into such a file, so
 * this sign has no innocent explanation. The same with an append-only file.
 */
const dumpHeader = /(?:REDIS0[01]\d\d|VALKEY\d\d\d)(?:[\u00f5-\u00ff]|$)/;
const dumpField = /redis-ver|valkey-ver/;
const appendOnlyHead = /^\*\d+\r\n\$6\r\nSELECT\r\n/i;

/** The mark of a dump or an append-only file, found in the text (read as latin1) of a file that should be neither. */
export function dumpMark(text: string): string | undefined {
  if (dumpHeader.test(text)) return 'holds the header of a Redis dump (RDB)';
  if (appendOnlyHead.test(text)) return 'is a Redis append-only file';
  return dumpField.test(text) && /[\u0000\u00fa\u00ff]/.test(text)
    ? 'holds fields of a Redis dump (RDB)'
    : undefined;
}

// cd1, wd1, cur, wge …: worms rename the host's own downloaders, so that others of their kind do not find them.
const downloader =
  /(?:^|[\s;|&(`'"/])(curl|wget|cd1|wd1|cdt|wdt|cdl|wdl|curl1|wget1|lwp-download|fetch|axel|url|xget)\s/;
const renamed = /(?:^|[\s;|&(`'"/])(cd1|wd1|cdt|wdt|cdl|wdl|curl1|wget1)\s+-/;
const piped = /\|\s*(?:(?:sudo|nohup|setsid|exec|env)\s+)?(?:\/\S*\/)?(?:ba|da|z|a|k)?sh\b/;
/** `… && bash .cmd`, `…; chmod +x /tmp/x`: what is run or made a program is the last word. */
const thenRun =
  /(?:;|&&|\|\||&)\s*(?:(?:sudo|nohup|setsid|exec)\s+)?(?:(?:\/\S*\/)?(?:ba|da|z|a|k)?sh|chmod\s+(?:[a-z]*\+[a-z]*x|0?[0-7]{3}))\s+([^\s;&|]+)/g;
const substituted = /(?:ba|da)?sh\s+(?:-c\s+)?["']?(?:<\(|\$\(|`)\s*(?:\/\S*\/)?(?:curl|wget)\s/;
const decoded = /base64\s+(?:-d|-D|--decode)\s*\|\s*(?:\/\S*\/)?(?:ba|da)?sh\b/;
const scripted =
  /(?:python[0-9.]*|perl|ruby|php)\s+-[cer]\s.*(?:urlopen|urllib|LWP|Net::HTTP|file_get_contents|exec\(|b64decode)/;
const tcpShell = /\/dev\/tcp\/[0-9a-z.-]+\/\d+|\b(?:nc|ncat|netcat)\s+(?:-\S+\s+)*-[a-z]*e\s/i;

/** Where an update of one's own does not come from: no TLS, a bare address, a place to paste text, Tor. */
const shadyUrl =
  /http:\/\/|ftp:\/\/|https?:\/\/(?:\d{1,3}\.){3}\d{1,3}|https?:\/\/\[|pastebin\.|paste\.|rentry\.|ix\.io|transfer\.sh|termbin|ghostbin|hastebin|temp\.sh|oshi\.at|\.onion|tor2web|\.top\/|\.xyz\/|\.ru\/|ngrok|duckdns|dynv6|iplogger/i;

/** A host of one's own network, where plain HTTP is usual: loopback, private addresses, names without a dot. */
const ownHost =
  /^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[::1\]|[a-z0-9-]+(?:[:/]|$)|[a-z0-9.-]+\.(?:local|internal|lan|corp|home|intranet)(?:[:/]|$))/i;

/** Every minute, or every few up to 15. Nobody updates a machine at that pace. */
const oftenInHour = /^\s*\*(?:\/(?:[1-9]|1[0-5]))?\s+\*(?:\/\d+)?\s+\*\s+\*\s+\*\s/;

/**
 * A line that fetches something and runs it; undefined for others.
 *
 * `curl https://example.com/update.sh | sh` once a day may be an administrator's own. So a plain download from a
 * named host over TLS counts only when it comes every few minutes; what is fetched without TLS, from a bare address or
 * a paste site, with a renamed downloader or hidden in base64 counts always. Comments count never.
 */
export function downloadAndRun(line: string): string | undefined {
  // Bounded: some of the patterns take a time that grows with the square of the line.
  const text = line.slice(0, 1024);
  if (/^\s*#/.test(text)) return undefined;
  if (decoded.test(text)) return 'runs what it hides in base64';
  if (tcpShell.test(text)) return 'opens a shell to another host';
  if (scripted.test(text) && /https?:\/\/|b64decode/.test(text)) return 'fetches something and runs it';
  const runs = piped.test(text) || substituted.test(text) || runsWhatItNamed(text);
  if (!runs || !(downloader.test(text) || substituted.test(text))) return undefined;
  if (renamed.test(text)) return 'fetches something with a renamed downloader and runs it';
  const urls = [...text.matchAll(/https?:\/\/([^\s"'|;]*)/gi)];
  const own =
    urls.length > 0 &&
    urls.every(([url, host = '']) => ownHost.test(host) || (/^https:/i.test(url) && !shadyUrl.test(url)));
  return own && !oftenInHour.test(text) ? undefined : 'fetches something and runs it';
}

/** `curl … -o .cmd && bash .cmd`: the file that is run has been named before. `…; sh /opt/after.sh` has not. */
function runsWhatItNamed(text: string): boolean {
  return [...text.matchAll(thenRun)].some(({ 1: file = '', index }) => {
    const name = file.replace(/^["']|["']$/g, '').replace(/^.*\//, '');
    return name.length > 0 && text.slice(0, index).includes(name);
  });
}

/** A key in authorized_keys that the first worms left: its comment is `crackit`. */
export const isWormKey = (line: string): boolean =>
  /^\s*(?:ssh|ecdsa)-\S+\s+\S+\s+crackit\b|\bcrackit\s*$/.test(line);

/** Names of malware that comes through Redis (as the kernel cuts them, 15 characters); nothing else is called so. */
export const malwareNames: ReadonlySet<string> = new Set([
  'kinsing',
  'kdevtmpfsi',
  'kthreaddk',
  'kswapd00',
  'watchbog',
  'qW3xT',
  'qW3xT.2',
  'xmrigDaemon',
  'p2pinfect',
  'dovecat',
]);

/** Miners, scanners and names that something honest may have: they count when the server's own user runs them. */
export const suspectNames: ReadonlySet<string> = new Set([
  'xmrig',
  'xmr-stak',
  'minerd',
  'cpuminer',
  'ccminer',
  't-rex',
  'lolMiner',
  'nbminer',
  'xmr',
  'ddgs',
  'sysrv',
  'zzh',
  'networkservice',
  'sysupdate',
  'sysguard',
  'masscan',
  'pnscan',
  'zgrab',
  'headcrab',
  'migo',
  'newinit.sh',
]);
