/** Where a file that a server writes is taken up by another program: which one, in words; else `undefined`. */
export function takenUpBy(folder: string): string | undefined {
  const path = `${folder.replaceAll('\\', '/').toLowerCase()}/`.replace(/\/{2,}/g, '/');
  return places.find(([pattern]) => pattern.test(path))?.[1];
}

// On the lower-case path with one slash at its end.
const places: readonly (readonly [RegExp, string])[] = [
  [/^\/var\/spool\/(?:cron|at|anacron)\//, 'cron'],
  [/^\/(?:usr\/local\/)?etc\/cron[^/]{0,20}\//, 'cron'],
  [/^\/var\/cron\//, 'cron'],
  [/\/\.ssh\//, 'sshd'],
  [/^\/etc\/ssh\//, 'sshd'],
  [/^(?:\/private)?\/etc\/$/, 'the whole system, as its settings'],
  [
    /^\/etc\/(?:init\.d|rc[0-9s]?\.d|profile\.d|ld\.so\.conf\.d|sudoers\.d|pam\.d|update-motd\.d|systemd|security|apt|yum\.repos\.d|logrotate\.d)\//,
    'the system at start, at login or as root',
  ],
  [/^\/(?:usr\/)?lib\/systemd\//, 'systemd'],
  [/\/\.config\/(?:systemd|autostart)\//, 'the user’s session'],
  [/^\/(?:proc|sys)\//, 'the kernel'],
  [
    /^\/(?:var\/www|srv\/(?:www|http|htdocs)|usr\/share\/(?:nginx|httpd|caddy)|usr\/local\/(?:apache2?|nginx|www))\//,
    'a web server',
  ],
  [/\/(?:htdocs|wwwroot|public_html|webapps)\//, 'a web server'],
  [/\/start menu\/programs\/startup\//, 'the session of whoever logs in'],
  [/^[a-z]:\/windows\//, 'Windows'],
];

/** Why a name is not one for a dump, in words; else `undefined`. */
export function misusedAs(fileName: string): string | undefined {
  const name = fileName.toLowerCase();
  if (names.has(name)) return names.get(name);
  return extensions.find(([pattern]) => pattern.test(name))?.[1];
}

const names: ReadonlyMap<string, string> = new Map([
  ['root', 'a crontab of root'],
  ['crontab', 'the crontab of the system'],
  ['zzh', 'the crontab of a known worm'],
  ['backup.db', 'the first file of a known worm'],
  ['authorized_keys', 'SSH keys that may log in'],
  ['authorized_keys2', 'SSH keys that may log in'],
  ['id_rsa', 'an SSH key'],
  ['ld.so.preload', 'a library for every program'],
  ['passwd', 'accounts of the system'],
  ['shadow', 'accounts of the system'],
  ['sudoers', 'rights to become root'],
  ['.bashrc', 'commands run at login'],
  ['.bash_profile', 'commands run at login'],
  ['.profile', 'commands run at login'],
  ['.htaccess', 'settings of a web folder'],
]);

const extensions: readonly (readonly [RegExp, string])[] = [
  [/\.(?:php[0-9]?|phtml|phar|jspx?|aspx?|ashx|cgi|war)$/, 'a program of a web server'],
  [/\.(?:so|dll|dylib|exe|scr)(?:\.\d{1,4})?$/, 'native code'],
  [/\.(?:sh|bash|bat|cmd|ps1|vbs|hta|py|pl|lnk)$/, 'a script'],
  [/\.(?:service|timer|desktop)$/, 'something that starts by itself'],
];

/** Folders that every local user, or the server itself, may write into: no home for a module. */
export const isLoose = (path: string): boolean =>
  /^(?:\/private)?\/(?:tmp|var\/tmp|dev\/shm|run\/shm|dev\/mqueue)\//.test(path) ||
  !path.startsWith('/') ||
  /\/\.[^/]/.test(path);

/** Folders that packages and images install into. */
export const isInstalled = (path: string): boolean =>
  /^\/(?:usr|lib|lib64|opt|nix\/store|gnu\/store|snap|bitnami|modules)\//.test(path) &&
  !path.includes('/../');

/** Folders of the system or of many users: closing one to others would stop more than the server. */
export const isShared = (folder: string): boolean =>
  /^\/?$|^\/(?:private\/)?(?:tmp|var\/tmp|dev\/shm|run|var\/run|run\/shm|var|var\/lib|var\/log|var\/spool|home|home\/[^/]+|opt|srv|mnt|media|etc|root|usr(?:\/.*)?|bin|sbin|lib|lib64|dev|Users(?:\/[^/]+)?)$/.test(
    folder.length > 1 ? folder.replace(/\/+$/, '') : folder,
  );
