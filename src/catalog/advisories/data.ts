import { advisories2013to2019 } from './entries/2013-2019.ts';
import { advisories2020to2021 } from './entries/2020-2021.ts';
import { advisories2021October } from './entries/2021-october.ts';
import { advisories2022 } from './entries/2022.ts';
import { advisories2023 } from './entries/2023.ts';
import { advisories2024 } from './entries/2024.ts';
import { advisories2025 } from './entries/2025.ts';
import { advisories2026 } from './entries/2026.ts';
import { redisWithoutCveLate2026 } from './entries/redis-without-cve-late-2026.ts';
import { redisWithoutCve } from './entries/redis-without-cve.ts';
import type { Advisory } from './types.ts';

/** Every advisory that we know, by year. */
export const advisories: readonly Advisory[] = [
  ...advisories2013to2019,
  ...advisories2020to2021,
  ...advisories2021October,
  ...advisories2022,
  ...advisories2023,
  ...advisories2024,
  ...advisories2025,
  ...advisories2026,
  ...redisWithoutCve,
  ...redisWithoutCveLate2026,
];

const byId = new Map(advisories.map((advisory) => [advisory.id, advisory]));

/** @example advisory('CVE-2025-49844')?.title */
export const advisory = (id: string): Advisory | undefined => byId.get(id);
