import { derive } from '../../../src/engine/derive/index.ts';
import type { ServerAudit, View } from '../../../src/index.ts';

/** All facts of an audit, those that are worked out too. */
export const deriveView = ({ evidence }: ServerAudit): Promise<View> => derive(evidence);
