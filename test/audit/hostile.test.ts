import { describe, expect, it } from 'vitest';
import { auditTargets, reportNames, reports } from '../../src/index.ts';
import { hostileKinds, hostileServer } from '../replay/index.ts';

// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

describe.each(hostileKinds)('a server that sends: %s', (kind) => {
  it('is met with a clear answer, in bounded time and memory', async () => {
    const server = await hostileServer(kind);
    const before = process.memoryUsage().rss;
    try {
      const timeout = 700;
      const started = performance.now();
      const audit = await auditTargets([`redis://127.0.0.1:${server.port}`], { host: false, timeout });
      // Connect, greet, ask: three steps, each with its own limit; the rest is for a busy machine.
      expect(performance.now() - started).toBeLessThan(timeout * 3 + 5000);
      expect(process.memoryUsage().rss - before).toBeLessThan(300 << 20);
      expect(audit.servers.length + audit.failures.length).toBeGreaterThan(0);
      for (const { problem } of audit.failures) {
        expect(problem.length).toBeGreaterThan(10);
        expect(problem).not.toMatch(/undefined|\[object/);
      }
      for (const name of reportNames) {
        const { render } = await reports[name].load();
        const text = render(audit, { color: false, width: 80 }).replaceAll('\r\n', '\n');
        expect(unprintable.exec(text)?.[0], name).toBeUndefined();
      }
    } finally {
      await server.stop();
    }
  });
});
