/** The policy that is made where none of those that are there will do. */
import { type PortRange } from '../../../lang/packets/index.ts';
import { type Fields, fieldsOf } from '../cloud-shared/index.ts';
import { portsBeside, portText } from './sources.ts';
import { type CloudStep, type CloudWish } from './step.ts';
import { type PodTarget } from './pod-target.ts';

export const tcp = ([from, to]: PortRange): Fields =>
  fieldsOf([
    ['protocol', 'TCP'],
    ['port', from],
    ['endPort', to === from ? undefined : to],
  ]);

const apiVersion = 'networking.k8s.io/v1';

/** A policy of our own; `alone`: it is the first that selects the pods, and lets in everybody to all other ports. */
export function created(
  target: PodTarget,
  wish: CloudWish,
  from: readonly Fields[],
  alone: boolean,
  taken: ReadonlySet<string>,
): CloudStep {
  const ports = wish.ports.map(portText).join('-');
  const base = `keyward-${wish.mode}-${Object.values(target.labels)[0] ?? 'pods'}-${ports}`
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 56)
    .replace(/-+$/, '');
  let name = base;
  for (let more = 2; taken.has(name); more++) name = `${base}-${more}`;
  const others = [
    ...portsBeside([1, 65_535], wish.ports).map(tcp),
    ...['UDP', 'SCTP'].map((protocol) => fieldsOf([['protocol', protocol]])),
  ];
  return {
    object: 'network-policy',
    owner: target.namespace,
    name,
    after: fieldsOf([
      ['apiVersion', apiVersion],
      ['kind', 'NetworkPolicy'],
      [
        'metadata',
        fieldsOf([
          ['name', name],
          ['namespace', target.namespace],
        ]),
      ],
      [
        'spec',
        fieldsOf([
          ['podSelector', fieldsOf([['matchLabels', fieldsOf(Object.entries(target.labels))]])],
          ['policyTypes', ['Ingress']],
          [
            'ingress',
            [
              ...(from.length === 0
                ? []
                : [
                    fieldsOf([
                      ['from', from],
                      ['ports', wish.ports.map(tcp)],
                    ]),
                  ]),
              ...(alone ? [fieldsOf([['ports', others]])] : []),
            ],
          ],
        ]),
      ],
    ]),
    why: alone
      ? 'no policy selects these pods: this one lets in whom you named to these ports, and everybody to all others, as before'
      : 'who shall get in and is in no other policy',
  };
}
