// Writes failed sign-ins to the ledger: one event per minute and source, however many there were.
import { execute } from '../commands/execute.ts';
import type { Services } from '../services.ts';
import type { AttemptLimit } from './attempt-limit.ts';

const everyMs = 10_000;

export function recordFailedSignIns(services: Services, limit: AttemptLimit): { close(): Promise<void> } {
  let writing: Promise<void> = Promise.resolve();
  const flush = () => {
    writing = writing
      .then(() => write(services, limit))
      .catch((error: unknown) => {
        services.logger.error({ err: error }, 'failed sign-ins could not be recorded');
      });
  };
  const timer = setInterval(flush, everyMs);
  return {
    async close() {
      clearInterval(timer);
      await writing;
    },
  };
}

async function write(services: Services, limit: AttemptLimit): Promise<void> {
  const failed = limit.take();
  if (failed.length === 0) return;
  await execute(services.ledger, {
    actor: { kind: 'system', id: services.instanceId },
    reads: [],
    decide: () => failed.map((data) => ({ stream: 'access', type: 'SignInFailed', data }) as const),
  });
}
