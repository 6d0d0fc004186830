import { valueOr, type Collected } from '../../model/index.ts';
import type { Refine } from '../origins.ts';

/** Packet filters in the way, as far as they were read. */
export interface Filter {
  /** Absent where there is nothing that filters. */
  readonly refine?: Refine;
  /** What else may filter, in words. */
  readonly notCollected: readonly string[];
}

const unseen = 'host firewall';

/** What the rules of the host say, or what is missing of them. What it takes is loaded only where rules were read. */
export async function filterOf(facts: Collected): Promise<Filter> {
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
  return { refine: refineBy(await Promise.all(layers.map(ruledNetwork))), notCollected };
}

/** Without such a rule a program of the engine may take connections and pass them on. */
const publishes = (rules: readonly { readonly text: string }[]): boolean =>
  rules.some(({ text }) => /DNAT|"dnat"/.test(text));
