/** Measures passwords and drops them: nothing here gives back, prints or keeps one. */
export { createSecretMeter, type SecretMeter } from './secret-meter.ts';
