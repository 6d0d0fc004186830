import type { FirewallFacts } from '../../model/index.ts';

/** Where rules lie that come back at boot: files, and programs that make rules of files of their own. */
export const savedIn = ({ saved, managers }: FirewallFacts): readonly string[] => [
  ...saved.filter(({ words }) => words !== 'ufw' && words !== 'firewalld').map(({ from }) => from),
  ...managers,
];
