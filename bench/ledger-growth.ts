// What changes as a ledger grows from ten thousand events to a million: the same measures at each size, as a table.
import type { DeploymentId } from '@holdfast/shared/ids';
import { appRouter } from '../server/src/api/router.ts';
import type { Ledger } from '../server/src/ledger/ledger.ts';
import type { Services } from '../server/src/services.ts';
import { backUpOnce, connectTo, openWholeLedger, registerOne } from '../server/src/testing/ledger-load.ts';
import type { TestMongo } from '../server/src/testing/mongo.ts';
import { measureWriters } from './ledger-writers.ts';
import { type Percentiles, timed, timedOften } from './measures.ts';

export interface GrowthStep {
  readonly events: number;
  readonly appendsPerSecond: number;
  readonly waitMs: Percentiles;
  readonly headMs: Percentiles;
  /** The newest 50 backups of one deployment of which many were made, and of one whose only ones are the oldest. */
  readonly busyListMs: Percentiles;
  readonly oldListMs: Percentiles;
  /** The newest 50 events of one type, as the activity page asks for them. */
  readonly searchMs: Percentiles;
  /** From opening a feed 10,000 events back to having them all. */
  readonly resumeMs: number;
  readonly verifyMicrosPerEvent: number;
  readonly rebuildS: number;
  readonly storageMb: number;
  readonly bytesPerEvent: number;
}

const database = 'growth';
const writersWhileFilling = 128;

/** Fills one ledger to each size in turn, smallest first. Takes about 25 minutes for a million events on two cores. */
export async function measureGrowth(
  mongo: TestMongo,
  options: { readonly sizes: readonly number[]; readonly writers: number; readonly seconds: number },
): Promise<GrowthStep[]> {
  await using stack = new AsyncDisposableStack();
  const client = stack.adopt(connectTo(mongo.uri), (opened) => opened.close());
  const ledger = stack.adopt(await openWholeLedger(client, database), (opened) => opened.close());
  const oldest = await registerOne(ledger);
  for (let n = 0; n < 5; n += 1) await backUpOnce(ledger, oldest);
  const steps: GrowthStep[] = [];
  for (const size of options.sizes) {
    const { position } = await ledger.head();
    const filling = { uri: mongo.uri, database, writers: writersWhileFilling, appends: size - position };
    if (size > position) await measureWriters([filling]);
    const step = await measureStep({ mongo, ledger, oldest, ...options });
    process.stderr.write(`${JSON.stringify(step)}\n`);
    steps.push(step);
  }
  return steps;
}

interface StepContext {
  readonly mongo: TestMongo;
  readonly ledger: Ledger;
  readonly oldest: DeploymentId;
  readonly writers: number;
  readonly seconds: number;
}

async function measureStep({ mongo, ledger, oldest, writers, seconds }: StepContext): Promise<GrowthStep> {
  const api = appRouter.createCaller({ services: { ledger } as Services, actor: { kind: 'user', id: 'bench' } });
  const { position: events } = await ledger.head();
  const { appendsPerSecond, waitMs } = await measureWriters([{ uri: mongo.uri, database, writers, seconds }]);
  const busy = await registerOne(ledger);
  for (let n = 0; n < 100; n += 1) await backUpOnce(ledger, busy);
  const report = await ledger.verify();
  if (!report.intact) throw new Error(`the chain differs: ${JSON.stringify(report.differsAt)}`);
  await mongo.client.db('admin').command({ fsync: 1 });
  const { storageSize, indexSize } = await mongo.client.db(database).command({ dbStats: 1 });
  return {
    events,
    appendsPerSecond,
    waitMs,
    headMs: await timedOften(200, () => ledger.head()),
    busyListMs: await timedOften(50, () => api.backups.list({ deploymentId: busy })),
    oldListMs: await timedOften(50, () => api.backups.list({ deploymentId: oldest })),
    searchMs: await timedOften(50, () => api.audit.search({ type: 'BackupSealed', limit: 50 })),
    resumeMs: Math.round(await timed(() => followFrom(ledger, Math.max(0, report.events - 10_000), report.events))),
    verifyMicrosPerEvent: Math.round((report.durationMs * 1_000) / report.events),
    rebuildS: Math.round(await timed(() => ledger.rebuild())) / 1_000,
    storageMb: Math.round((storageSize + indexSize) / 1e6),
    bytesPerEvent: Math.round((storageSize + indexSize) / report.events),
  };
}

async function followFrom(ledger: Ledger, after: number, until: number): Promise<void> {
  const stop = new AbortController();
  for await (const { position } of ledger.feed({ after, signal: stop.signal })) if (position >= until) break;
  stop.abort();
}

/** As Markdown, a size a column. */
export function growthTable(steps: readonly GrowthStep[]): string {
  const three = ({ p50, p95, p99 }: Percentiles) => `${p50} / ${p95} / ${p99}`;
  const rows: [string, (step: GrowthStep) => string][] = [
    ['appends a second', ({ appendsPerSecond }) => appendsPerSecond.toLocaleString('en')],
    ['append, ms (p50 / p95 / p99)', ({ waitMs }) => three(waitMs)],
    ['reading the head, ms', ({ headMs }) => three(headMs)],
    ['newest 50 backups of a busy deployment, ms', ({ busyListMs }) => three(busyListMs)],
    ['all backups of one that has long been quiet, ms', ({ oldListMs }) => three(oldListMs)],
    ['newest 50 events of a type, ms', ({ searchMs }) => three(searchMs)],
    ['a follower catches up 10,000 events, ms', ({ resumeMs }) => resumeMs.toLocaleString('en')],
    ['verifying the chain, µs an event', ({ verifyMicrosPerEvent }) => String(verifyMicrosPerEvent)],
    ['rebuilding all read models, s', ({ rebuildS }) => rebuildS.toFixed(1)],
    ['storage with indexes, MB', ({ storageMb }) => storageMb.toLocaleString('en')],
    ['bytes an event, all in', ({ bytesPerEvent }) => bytesPerEvent.toLocaleString('en')],
  ];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['events', ...steps.map(({ events }) => events.toLocaleString('en'))]),
    line(['---', ...steps.map(() => '--:')]),
    ...rows.map(([name, cell]) => line([name, ...steps.map(cell)])),
  ].join('\n');
}
