export type { Ask } from './ask.ts';
export { guard, notKnown, onlyIf, ruleOf } from './chains.ts';
export { readJsonDocuments, type ReadSources, readYamlDocuments } from './documents.ts';
export { findAll } from './find.ts';
export { membersOf, networkOf } from './groups.ts';
export {
  type Addresses,
  addressesOf,
  everybody,
  noAddresses,
  notOnTheInternet,
  oneNetwork,
  privateAddresses,
  together,
  without,
} from './networks.ts';
export { fromPeers, networkPeer, type Peer, somebody } from './peers.ts';
export { portMatch, readPorts } from './ports.ts';
export { type Protocol, readProtocol } from './protocols.ts';
export { type ReadDocument, readJson } from './read-json.ts';
export { readYaml } from './read-yaml.ts';
export {
  type CloudContext,
  type CloudDocument,
  type CloudReading,
  newProblems,
  position,
  type Problems,
  type Source,
  type Subject,
  type SubjectRules,
  subjectRules,
  withUnread,
} from './reading.ts';
export { inOrder, type Ranked } from './priorities.ts';
export { protocolMatch } from './protocol-match.ts';
export * from './value.ts';
