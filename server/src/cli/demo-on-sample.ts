// The demo on a sample database, which is damaged on purpose and restored in place.
import { join } from 'node:path';
import { waitForOperation } from '@holdfast/client';
import { MongoClient } from 'mongodb';
import { compareWithRecord, type DatabaseRecord, recordDatabase } from '../sample/compare-databases.ts';
import { damageSample } from '../sample/damage-sample.ts';
import { alterOneByte } from '../sample/sabotage.ts';
import type { DemoContext, DemoResult, RunningDemo } from './demo-context.ts';
import { backUp, restore } from './demo-operations.ts';
import { startDemoServer } from './demo-server.ts';
import { describeComparison } from './describe-comparison.ts';
import { describePlan } from './describe-plan.ts';
import { ledgerStory } from './ledger-story.ts';
import { counted, formatBytes } from './quantities.ts';

const deployment = 'sample';
const database = 'shop';

/** Tells the story step by step. Whatever it started is gone when it returns or throws. */
export async function demoOnSample(context: DemoContext): Promise<DemoResult> {
  const { config, steps } = context;
  await using server = await steps.wholeStep('Start a server of its own, with a ledger and a sample database', () =>
    startDemoServer(config, null, steps.tell),
  );
  const demo: RunningDemo = { ...context, server };
  await using client = new MongoClient((await server.served.app.embedded?.sampleUri(database)) ?? '');
  await firstBackupEnded(demo);
  const record = await recordWhatIs(demo, client);
  const { id: backupId } = await backUp(demo, deployment);
  await damage(demo, client, record);
  const plan = await server.connection.client.restores.plan.mutate({ backupId, target: { kind: 'original' } });
  steps.tell(`\n${describePlan(plan)}`);
  const { id: restoreId } = await restore(demo, plan, `Restore it in place, confirmed with "${plan.phrase}"`);
  const stayed = plan.namespaces.filter(({ action }) => action === 'untouched').map(({ target }) => target);
  await removeWhatStayed(demo, client, stayed);
  if (context.sabotage) await alter(demo, client);
  const comparison = await steps.step('Compare every document and index byte for byte', () =>
    compareWithRecord(client, database, record),
  );
  steps.tell(describeComparison(comparison));
  const story = await ledgerStory(demo, [backupId, restoreId]);
  return { comparisons: [comparison], backupId, restoreId, ...story };
}

/** A new server backs its sample up at once; the demo's own backup has to wait for that. */
async function firstBackupEnded({ server, steps: { signal } }: RunningDemo): Promise<void> {
  const { client } = server.connection;
  const { items } = await client.backups.list.query({ deploymentId: deployment });
  for (const { id } of items) await waitForOperation(client, { kind: 'backup', id, signal });
}

async function recordWhatIs({ server, steps }: RunningDemo, client: MongoClient): Promise<DatabaseRecord> {
  const spoolDirectory = join(server.folder, 'record');
  const record = await steps.step('Write down every byte of it, to compare with later', () =>
    recordDatabase(client, database, { spoolDirectory }),
  );
  const { documents, collections, bytes } = record;
  steps.tell(`${counted(documents, 'document')} in ${counted(collections.size, 'collection')}, ${formatBytes(bytes)}`);
  return record;
}

/** The comparison has to see the damage: one that finds nothing here would prove nothing later. */
async function damage({ steps }: RunningDemo, client: MongoClient, record: DatabaseRecord): Promise<void> {
  const sentences = await steps.step('Let things go wrong', () => damageSample(client, database));
  steps.tell(sentences.map((sentence) => `- ${sentence}`).join('\n'));
  const { total } = await compareWithRecord(client, database, record);
  if (total === 0) throw new Error('The comparison did not see the damage.', { cause: sentences });
  steps.tell(`Compared with what was written down: ${counted(total, 'difference')}.`);
}

/** A restore in place leaves alone what the backup does not know; the plan has named it. */
async function removeWhatStayed(
  { steps }: RunningDemo,
  client: MongoClient,
  namespaces: readonly string[],
): Promise<void> {
  if (namespaces.length === 0) return;
  const title = `Remove by hand what was not in the backup, as the plan said: ${namespaces.join(', ')}`;
  await steps.step(title, async () => {
    for (const namespace of namespaces) await client.db(database).dropCollection(namespace.slice(database.length + 1));
  });
}

async function alter({ steps }: RunningDemo, client: MongoClient): Promise<void> {
  const altered = await steps.step('Alter one byte behind its back', () => alterOneByte(client, database));
  steps.tell(`${altered.namespace} _id ${altered.id}, field ${altered.field}`);
}
