// One case of the fault matrix from beginning to end: an operation is held at the point, the fault hits, and afterwards everything
// is idle, true and consistent, and the next backup and the next restore work.
import { strictEqual } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { isIdle, type Outside, requireConsistent } from '../consistent-outside.ts';
import { slowDown } from '../slow-down.ts';
import { until } from '../until.ts';
import { type FaultCase, mustComplete, nameOf, operationAt } from './fault-cases.ts';
import type { FaultServer } from './fault-server.ts';
import { type FaultStage, openScene, type Scene } from './fault-stage.ts';
import { faultsByName } from './faults.ts';
import { type Asked, copySuffix, eventsOf, type Outcome, outcomeOf, requireTrue } from './operation-outcome.ts';
import { differencesOf, fillShop, shop } from './source-data.ts';
import { withStory } from './with-story.ts';

export interface CaseResult extends Outcome {
  /** From the blow until nothing ran any more. */
  readonly idleMs: number;
}

/** Throws what was not so, with what the servers wrote. */
export async function runFaultCase(stage: FaultStage, one: FaultCase): Promise<CaseResult> {
  await using scene = await openScene(stage, one);
  return await withStory(scene, nameOf(one), async () => {
    const result = await play(scene, one);
    await endServers(scene);
    return result;
  });
}

async function play(scene: Scene, one: FaultCase): Promise<CaseResult> {
  const asked = await hold(scene, one);
  const since = performance.now();
  const idle = untilIdle(scene).then(() => Math.round(performance.now() - since));
  await Promise.all([idle, faultsByName[one.fault]({ scene, point: one.point, idle })]);
  const outcome = outcomeOf(await eventsOf(scene.ledger, asked.id));
  if (mustComplete(one)) strictEqual(`${outcome.status} ${outcome.reason}`, 'completed null');
  await settled(scene);
  await requireTrue(scene, asked, outcome, one);
  await requireConsistent(outsideOf(scene));
  await nextOnesWork(scene);
  return { ...outcome, idleMs: await idle };
}

/** Nothing that a server started outlives it. */
export async function endServers({ servers }: Scene): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
  for (const server of servers) await server.requireGone();
}

/** Asks for the operation of the point and waits until the first server is there with it. */
async function hold(scene: Scene, { fault, point }: FaultCase): Promise<Asked> {
  const { worker, other, source } = scene;
  const kind = operationAt(point);
  const front = other ?? worker;
  const backupId = kind === 'backup' ? null : await backUp(scene, front);
  if (kind === 'in-place') await fillShop(source, 'changed');
  // So that mongodump waits for more when it is gone. Forgotten by the mongod that is started again.
  if (fault === 'deployment-killed') await slowDown(source.client, ['getMore'], 2_000);
  await worker.hold(point);
  // The other one sees the request too; it must not be quicker.
  if (point !== 'requested') await other?.hold('requested');
  const asked = backupId === null ? await askForBackup(front) : await askForRestore(front, backupId, kind);
  await worker.reached(point);
  if (point !== 'requested') await other?.release('requested');
  return { ...asked, kind };
}

async function askForBackup({ api }: FaultServer): Promise<{ id: string }> {
  return await api.backups.request.mutate({ deploymentId: 'default' });
}

async function askForRestore({ api }: FaultServer, backupId: string, kind: Asked['kind']): Promise<{ id: string }> {
  const target = kind === 'copy' ? ({ kind, suffix: copySuffix } as const) : ({ kind: 'original' } as const);
  const plan = await api.restores.plan.mutate({ backupId: backupId as never, target });
  const phrase = plan.phrase === null ? {} : { phrase: plan.phrase };
  return await api.restores.confirm.mutate({ planId: plan.id, ...phrase });
}

/** The backup and the restore after it, through a server that runs. */
async function nextOnesWork(scene: Scene): Promise<void> {
  const { source, worker, other } = scene;
  const db = source.client.db(`${shop}${copySuffix}`);
  const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
  if (names.some((name) => name !== 'system.views')) await db.dropDatabase();
  const front = other ?? worker;
  const backupId = await backUp(scene, front);
  const { id } = await askForRestore(front, backupId, 'copy');
  const restored = await ended(scene, id);
  strictEqual(`${restored.status} ${restored.reason}`, 'completed null', 'the next restore');
  await requireEqualCopy(source, id);
  await requireConsistent(outsideOf(scene));
}

async function requireEqualCopy(source: Scene['source'], id: string): Promise<void> {
  const differences = await differencesOf(source, shop, `${shop}${copySuffix}`);
  strictEqual(differences.join('\n'), '', `the copy of ${id} differs from the source`);
  await source.client.db(`${shop}${copySuffix}`).dropDatabase();
}

async function backUp(scene: Scene, front: FaultServer): Promise<string> {
  const { id } = await askForBackup(front);
  const { status, reason } = await ended(scene, id);
  strictEqual(`${status} ${reason}`, 'completed null', 'a backup without a fault');
  return id;
}

async function ended(scene: Scene, id: string): Promise<Outcome> {
  await untilIdle(scene);
  return outcomeOf(await eventsOf(scene.ledger, id));
}

const idleLimitMs = 90_000;

/** A ledger that does not answer for a while is part of the faults. */
export async function untilIdle(scene: Scene): Promise<void> {
  const outside = outsideOf(scene);
  await until(
    () => isIdle(outside).catch(() => false),
    (idle) => idle,
    idleLimitMs,
  );
}

/** What was running at the blow, or came back since, may still be on its way out for a moment. */
async function settled(scene: Scene): Promise<void> {
  await untilIdle(scene);
  const { tools } = outsideOf(scene);
  const deadline = performance.now() + 5_000;
  while ((await tools()).length > 0 && performance.now() < deadline) await delay(50);
}

export function outsideOf({ ledger, ledgerClient, storageDir, source, servers }: Scene): Outside {
  const running = ledgerClient.db('holdfast').collection('running');
  return {
    ledger,
    storageDir,
    deployments: [source.client],
    running: () => running.countDocuments({}, { maxTimeMS: 2_000 }),
    tools: async () => (await Promise.all(servers.map((server) => server.tools()))).flat(),
  };
}
