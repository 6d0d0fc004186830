/**
 * Passwords that everybody knows, of Redis servers: in sample files and manuals of Redis, Valkey, KeyDB and their
 * clients, in compose files and tutorials, and in the lists of scanners and worms.
 */
const samples = `foobared ffa9203c493aa99 p1pp0 somepassword MySUPER--secret-0123passw0rd mysupersecret mysecretpassword
  mysecret mypassword mypass my-secret-pw my-redis-password my_master_password your_password yourpassword your-password
  YourPassword YourStrongPassword your_strong_password your_redis_password YOUR_PASSWORD your_secure_password
  your-very-strong-password yourverystrongpassword strongpassword StrongPassword StrongPassw0rd! strong_password
  supersecret SuperSecret super_secret supersecretpassword SuperSecretPassword securepassword secure_password
  use_a_strong_password redispassword RedisPassword redis_password redis-password redispass redis_pass redis-pass
  redispw redispwd masterpassword master-password masterpass master_password replicapassword sentinelpass
  sentinel-pass sentinel_password <password> <master-password> <your-password> password_here passwd secret_password
  a-very-complex-password-here a_very_strong_password verysecret veryverysecret topsecret examplepass example
  eYVX7EwVmmxKPCDmwMtyKVge8oLd2t81 changeme change_me change-me ChangeMe ChangeMe123 changeit changethis replaceme
  REPLACE_ME todo default none null nopass testpass testpassword test123 dbpassword dbpass app apppassword
  bitnami bitnami1 laravel sail homestead vagrant docker kubernetes k8s harbor gitlab nextcloud authentik
  dify difyai123456 langfuse myredissecret infini_rag_flow rag_flow penpot wordpress mastodon sentry
  iamadmin root toor admin administrator redis123 redis1234 redis@123 Redis@123 redis2020 redis888 a123456 aa123456
  Aa123456 abc123456 Abc123456 abc@123 Abc@123 Admin@123 admin@123 P@ssw0rd P@ssw0rd123 p@ssw0rd Passw0rd Password1
  Password123 pass@123 Pass@123 1qaz2wsx 1qaz@WSX !QAZ2wsx 1q2w3e4r 1q2w3e4r5t qwer1234 qwe123 QWE123 zaq12wsx
  123qweasd 123456 12345678 123456789 1234567890 111111 000000 666666 888888 88888888 123123 654321 5201314
  password pass secret letmein qwerty hello world $REDIS_PASSWORD {{redis_password}} %REDIS_PASSWORD%
  CHANGEME_STRONG_PASSWORD_HERE CHANGE_ME_PLEASE your-password-here YOUR_PASSWORD_HERE test guest user master slave cache session queue celery sidekiq`;

export const wellKnownPasswords: ReadonlySet<string> = new Set([
  ...samples.split(/\s+/),
  '${REDIS_PASSWORD}',
  '${REDIS_PASS}',
]);

/** Words that templates put where a password should come; most are well known as they are, none was meant to stay. */
const placeholders =
  /^(?:\$\{[^}]*\}|\{\{[^}]*\}?\}?|<%?=?[\w .:-]*%?>|%[A-Z_a-z]+%|@[A-Z_a-z]+@|__\w+__|x{3,}|\*{3,})$|^(?:please[-_ ]?)?(?:change|replace|set|insert|enter|put|fill)[-_ ]?(?:me|this|it|with|your|in|pass|the)|^your[-_ ]|(?:password|secret|pass|key|value)[-_ ]?(?:goes)?[-_ ]?here$|^(?:my|your)[-_]?(?:own|very|super|strong|secure|secret|redis)[-_]?\w{0,12}[-_]?(?:pass|password|secret|key)$|to[-_]be[-_](?:changed|replaced)/i;

/** Whether a password is a placeholder that nobody filled in: `<password>`, `${REDIS_PASSWORD}`, `CHANGEME_…`. */
export const isPlaceholder = (password: string): boolean =>
  password.length <= 200 && (placeholders.test(password) || /^\$[A-Z_]{2,}$/.test(password));

/** Names that stand for a Redis server anywhere, and so are guessed from as the server's own names are. */
export const familyNames: readonly string[] = [
  'redis',
  'valkey',
  'keydb',
  'dragonfly',
  'kvrocks',
  'garnet',
  'sentinel',
  'cache',
  'default',
  'admin',
  'root',
];
