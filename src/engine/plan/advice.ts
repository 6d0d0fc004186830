import { namesSecret } from '../../model/index.ts';
import { unmetFor, type Answer, type Room } from './draft.ts';
import { nodeOf, type Situation } from './scene.ts';
import type { Wish } from './wishes.ts';

/** What no step reaches: said with why, and with what a person can do. Takes all that is left. */
export const advises: Room = (scene, wishes): Answer => ({
  drafts: [],
  taken: wishes,
  unmet: wishes.map((wish) => {
    const [why, advice] = adviceFor(wish, nodeOf(scene, wish.node));
    return unmetFor(wish, why, advice);
  }),
});

function adviceFor({ goal }: Wish, node: Situation | undefined): readonly [why: string, advice: string] {
  const product = node === undefined ? 'the server' : `${node.node.product} ${node.version}`;
  switch (goal.kind) {
    case 'upgrade':
      return [
        'Keyward installs no software.',
        'to' in goal
          ? `Upgrade ${product} to ${goal.to} or later, from where it was installed, and restart it.`
          : `Upgrade ${product}: ${goal.ask}.`,
      ];
    case 'investigate':
      return ['Only a person can tell.', `Look into ${goal.what}.`];
    case 'reachable-only':
      return [
        'That is for the firewall, in front of the server.',
        `Let port ${goal.port} be reached only by ${goal.from}.`,
      ];
    case 'certificate':
      return [
        'The certificate was not made here, and its authority is not ours.',
        `Have a certificate made with ${goal.need}, put it at ${goal.path}, and set tls-cert-file again so that it is loaded.`,
      ];
    case 'setting':
      if (namesSecret(goal.name) || goal.name.startsWith('sentinel '))
        return [
          'A secret that exists elsewhere is not for a plan, which others read.',
          `Set ${goal.name} by hand, or name the server that it is for as a further target.`,
        ];
      return 'ask' in goal
        ? [`Only you know ${goal.name}: ${goal.ask}.`, `Answer with --set ${goal.name}=VALUE.`]
        : [`No step reaches ${goal.name} here.`, `Set ${goal.name} to ${goal.value} by hand.`];
    case 'user':
      return [
        `The rules of ${goal.name} cannot be changed here.`,
        `ACL SETUSER ${goal.name} ${goal.rules.join(' ')}`,
      ];
    case 'new-password':
      return [`Keyward does not know how to change the password of ${goal.of} here.`, 'Change it by hand.'];
    case 'file':
      return ['The file is out of reach.', `Change ${goal.path} by hand.`];
    case 'run-as':
      return withoutUnit(`as ${goal.user}`);
    case 'unit':
      return withoutUnit(`with ${goal.directive}=${goal.value}`);
  }
}

const withoutUnit = (how: string): readonly [string, string] => [
  'It is not known that systemd starts this server from a unit that can be changed from here.',
  `Start it ${how}, in whatever way it is started.`,
];
