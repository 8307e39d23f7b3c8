import type { WrittenArchive } from '../archive/write-archive.ts';
import { processStartTime } from '../engine/orphan-process.ts';
import { type DumpOptions, type DumpProcess, startDump } from '../engine/start-dump.ts';
import { requireTools, type Services } from '../services.ts';
import type { OperationRun } from './operation-run.ts';

export type DumpWhat = Pick<
  DumpOptions,
  'address' | 'database' | 'numParallelCollections' | 'readPreference' | 'usersAndRoles'
>;

/** Runs mongodump for as long as `write` takes; however that ends, the process is gone when this settles. */
export async function dumpInto(
  services: Services,
  run: OperationRun,
  what: DumpWhat,
  write: (dump: DumpProcess) => Promise<WrittenArchive>,
): Promise<WrittenArchive> {
  const over = new AbortController();
  const dump = startDump({
    ...what,
    mongodumpPath: requireTools(services).mongodump,
    signal: AbortSignal.any([run.signal, over.signal]),
    stallLimitMs: run.facts.limits.stallLimitMs,
  });
  try {
    await run.note({ child: { pid: dump.pid, startTime: await processStartTime(dump.pid) } });
    return await write(dump);
  } finally {
    over.abort();
    await dump.exited.catch(() => undefined);
  }
}
