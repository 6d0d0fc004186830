/**
 * Key names that known intrusions leave behind. Sources: the rsh.sh worm and its kin (`backup1` … `backup4`, their
 * content is a line of cron), the crackit campaign described by Duo in 2016, ransom notes of emptied servers, the
 * stock examples of public attack tools. A name alone is a sign, not a proof: `backup1` may be somebody's own.
 */
export const indicatorKeys: readonly string[] = [
  'backup1',
  'backup2',
  'backup3',
  'backup4',
  'crackit',
  'crackit_key',
  'weaponized',
  'trojan1',
  'trojan2',
  'trojan3',
  'trojan4',
  'READ_ME',
  'README',
  'WARNING',
  'RECOVER_YOUR_DATA',
  'how_to_recover',
];
