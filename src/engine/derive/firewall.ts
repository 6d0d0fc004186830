import { known, unknown, valueOr, type Collected, type Fact, type Filtering } from '../../model/index.ts';
import type { Refine } from '../origins.ts';
import { savedIn } from './firewall-saved.ts';
import type { Asking } from './firewall-origins.ts';

/** Packet filters in the way, as far as they were read. */
export interface Filter {
  /** Absent where there is nothing that filters. */
  readonly refine?: Refine;
  /** What else may filter, in words. */
  readonly notCollected: readonly string[];
}

const unseen = 'host firewall';

/** What the rules of the host say, or what is missing of them. What it takes is loaded only where rules were read. */
export async function filterOf(facts: Collected, asking: Asking = {}): Promise<Filter> {
  const { firewall } = facts;
  const container = valueOr(facts.container, 'none');
  const published = 'ports that the container engine publishes';
  if (!firewall.known) return { notCollected: [unseen, ...(container === 'none' ? [] : [published])] };
  const { layers, inside } = firewall.value;
  const unread = [...new Set(layers.flatMap((layer) => layer.unread))];
  const around =
    container === 'none'
      ? []
      : inside
        ? ['the firewall of the host around the container', published]
        : layers.length > 1 && !publishes(layers.at(-1)?.rules ?? [])
          ? [published]
          : [];
  const notCollected = [...unread, ...around];
  const [{ refineBy }, { ruledNetwork }] = await Promise.all([
    import('./firewall-origins.ts'),
    import('./firewall-layer.ts'),
  ]);
  const networks = await Promise.all(layers.map(ruledNetwork));
  return { refine: refineBy(networks, { ...asking, ...opener(facts) }), notCollected };
}

const unmapped = 65_534;

/** Who opened the server's sockets. In a container users have numbers of their own, and this host may not see them. */
function opener({ process, container }: Collected): Pick<Asking, 'listener'> {
  if (!process.known || !container.known || container.value !== 'none') return {};
  const { uid: user, gid: group } = process.value;
  return user === unmapped || group === unmapped ? {} : { listener: { user, group } };
}

/** Without such a rule a program of the engine may take connections and pass them on. */
const publishes = (rules: readonly { readonly text: string }[]): boolean =>
  rules.some(({ text }) => /DNAT|"dnat"/.test(text));

/** Rules about the ports that the server listens on; where there are none at all, nothing is loaded to read them. */
export async function deriveFiltering(
  { firewall, listeners }: Collected,
  settings: Fact<Readonly<Record<string, { readonly value: unknown }>>>,
): Promise<Fact<Filtering>> {
  if (!firewall.known) return unknown(firewall.why, firewall.detail);
  const { layers } = firewall.value;
  const heard = valueOr(listeners, []).flatMap(({ port, purpose }) =>
    port === undefined || purpose === 'other' ? [] : [port],
  );
  const said = ['port', 'tls-port']
    .map((name) => Number(settings.known ? settings.value[name]?.value : Number.NaN))
    .filter((port) => Number.isInteger(port) && port > 0);
  const ports = [...new Set(heard.length > 0 ? heard : said)];
  if (ports.length === 0) return unknown('not-asked', 'its ports are not known');
  if (layers.every(({ rules }) => rules.length === 0))
    return known({ rules: 0, idle: [], unsaved: [], savedIn: savedIn(firewall.value) }, firewall.source);
  const { filteringOf } = await import('./filtering.ts');
  return known(await filteringOf(firewall.value, ports), firewall.source);
}
