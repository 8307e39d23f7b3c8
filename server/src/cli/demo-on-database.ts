// The demo on a database of the user's own: it is read, backed up and restored into a copy, and never written to.
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import type { MongoClient } from 'mongodb';
import { parseConnectionString } from '../engine/connection-string.ts';
import { connectDeployment } from '../engine/inspect-deployment.ts';
import { type Comparison, compareDatabases } from '../sample/compare-databases.ts';
import { alterOneByte } from '../sample/sabotage.ts';
import { CliError } from './cli-error.ts';
import type { DemoContext, DemoResult, RunningDemo } from './demo-context.ts';
import { backUp, restore } from './demo-operations.ts';
import { startDemoServer } from './demo-server.ts';
import { describeComparison } from './describe-comparison.ts';
import { describePlan } from './describe-plan.ts';
import { exitCodes } from './exit-codes.ts';
import { ledgerStory } from './ledger-story.ts';

export interface DatabaseDemoContext extends DemoContext {
  /** Holds the password: never shown. */
  readonly uri: string;
  readonly keepCopy: boolean;
}

const deployment = 'default';

/**
 * Tells the story step by step. The copy is dropped when it is equal, unless it is to be kept; one that differs stays, to be
 * looked at. Raises INVALID_URI; throws OperationFailure where the database cannot be reached.
 */
export async function demoOnDatabase(context: DatabaseDemoContext): Promise<DemoResult> {
  const { config, steps, uri } = context;
  const address = parseConnectionString(uri);
  await using client = await connectDeployment(address);
  await using server = await steps.wholeStep(
    `Start a server of its own, and register ${address.hosts.join(', ')}`,
    () => startDemoServer(config, uri, steps.tell),
  );
  requireRegistered(server.served.welcome.problem);
  const demo: RunningDemo = { ...context, server };
  const { id: backupId } = await backUp(demo, deployment);
  const plan = await server.connection.client.restores.plan.mutate({ backupId });
  steps.tell(`\n${describePlan(plan)}`);
  const { id: restoreId } = await restore(demo, plan, 'Restore it into a copy');
  const pairs = copiesOf(plan);
  if (context.sabotage) await alter(demo, client, pairs);
  const comparisons = await compareAll(demo, client, pairs);
  const equal = comparisons.every((comparison) => comparison.equal);
  if (equal && !context.keepCopy) await dropCopies(demo, client, pairs);
  const story = await ledgerStory(demo, [backupId, restoreId]);
  return { comparisons, backupId, restoreId, ...story };
}

interface CopiedDatabase {
  readonly source: string;
  readonly copy: string;
}

function requireRegistered(problem: string | null): void {
  if (problem === null) return;
  throw new CliError(exitCodes.failed, { code: 'NOT_REGISTERED', message: problem, hint: 'Nothing was changed.' });
}

function copiesOf(plan: RestorePlan): CopiedDatabase[] {
  const copies = new Map(
    plan.namespaces.flatMap(({ source, target }) =>
      source === null ? [] : [[databaseOf(source), databaseOf(target)]],
    ),
  );
  return [...copies].map(([source, copy]) => ({ source, copy }));
}

function databaseOf(namespace: string): string {
  return namespace.slice(0, namespace.indexOf('.'));
}

async function alter({ steps }: RunningDemo, client: MongoClient, pairs: readonly CopiedDatabase[]): Promise<void> {
  const [first] = pairs;
  if (first === undefined) return;
  const altered = await steps.step('Alter one byte of the copy', () => alterOneByte(client, first.copy));
  steps.tell(`${altered.namespace} _id ${altered.id}, field ${altered.field}`);
}

async function compareAll(
  { steps }: RunningDemo,
  client: MongoClient,
  pairs: readonly CopiedDatabase[],
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const { source, copy } of pairs) {
    const title = `Compare ${source} with ${copy}, every document and index byte for byte`;
    const comparison = await steps.step(title, () => compareDatabases(client, source, copy));
    steps.tell(describeComparison(comparison));
    if (!comparison.equal)
      steps.tell(`Writes to ${source} since the backup show up here too. ${copy} is left as it is.`);
    comparisons.push(comparison);
  }
  return comparisons;
}

/** They did not exist before: the plan is refused where one does. */
async function dropCopies(
  { steps }: RunningDemo,
  client: MongoClient,
  pairs: readonly CopiedDatabase[],
): Promise<void> {
  await steps.step(`Drop the copy: ${pairs.map(({ copy }) => copy).join(', ')}`, async () => {
    for (const { copy } of pairs) await client.db(copy).dropDatabase();
  });
}
