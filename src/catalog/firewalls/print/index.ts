/** Rules of our own, in the words of each program. Pure; nothing of others is ever printed. */
export {
  isAnothers,
  isOurRich,
  isZoneFile,
  listedZones,
  richTexts,
  stockZone,
  withRichRules,
  zoneFile,
  zonesIn,
} from './firewalld.ts';
export { hasChain, type IptablesPart, iptablesChange, iptablesPart, readIptablesPart } from './iptables.ts';
export { nftChange, nftPart } from './nft.ts';
export { allowedOf, chainName, families, networksOf, tableName } from './our-part.ts';
export { joinSaved, mergeSaved, type SavedPlace, savedLines, splitSaved } from './saved.ts';
export {
  isUfwActive,
  limitsIn,
  readUfwPart,
  splitAllUfw,
  ufwChains,
  ufwCommands,
  ufwFiles,
  ufwPart,
  unmarked,
  withUfwPart,
} from './ufw.ts';
