// A randomised run: two servers over one ledger of three mongods, commands and faults by chance, and every so often a look at
// whether everything that must hold does.
import { setTimeout as delay } from 'node:timers/promises';
import { openFaultStage, openScene, type Scene } from '../faults/fault-stage.ts';
import { endServers, untilIdle } from '../faults/run-fault-case.ts';
import { fillDatabase } from '../faults/source-data.ts';
import { withStory } from '../faults/with-story.ts';
import { slowDown } from '../slow-down.ts';
import { chaosCommands } from './chaos-commands.ts';
import { requireInvariants, type Tally } from './chaos-invariants.ts';
import { ChaosServer } from './chaos-server.ts';
import { type Step, stepsOf } from './chaos-steps.ts';

export interface ChaosOptions {
  readonly seed: number;
  /** Ends after this long, or after so many SIGKILLs of servers, whichever comes first. */
  readonly seconds: number;
  readonly kills: number;
  /** Faults between two looks at the invariants. */
  readonly faultsPerCheck: number;
  readonly onProgress: (line: string) => void;
}

export interface ChaosReport {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly commands: { readonly given: number; readonly answered: number };
  readonly operations: Tally;
  readonly checks: number;
}

/** Throws what did not hold, with what the servers wrote. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  await using stage = await openFaultStage();
  await using scene = await openScene(stage, { fault: 'server-killed', point: 'requested', servers: 2 });
  return await withStory(scene, `seed ${options.seed}`, async () => {
    const report = await play(scene, options);
    await endServers(scene);
    return report;
  });
}

const mostSteps = 100_000;

async function play(scene: Scene, options: ChaosOptions): Promise<ChaosReport> {
  const deployments = await registerMore(scene);
  const commands = chaosCommands(scene, deployments);
  const servers = scene.servers.map((server) => new ChaosServer(server));
  const faults: Record<string, number> = {};
  const since = performance.now();
  const seconds = () => Math.round((performance.now() - since) / 1_000);
  const over = () => seconds() >= options.seconds || (faults.kill ?? 0) >= options.kills;
  let operations: Tally = {};
  let checks = 0;
  let sinceCheck = 0;

  const check = async () => {
    await Promise.all(servers.map((server) => server.settled()));
    await commands.settled();
    await untilIdle(scene);
    operations = await requireInvariants(scene, commands.accepted);
    checks += 1;
    sinceCheck = 0;
    options.onProgress(`${seconds()} s: ${JSON.stringify(faults)}, ${JSON.stringify(operations)}`);
  };
  let faster = await slowDown(scene.source.client, slowed, slowMs);
  for (const step of stepsOf(options.seed, mostSteps)) {
    if (over()) break;
    const hit = await take(step, { scene, servers, commands });
    if (hit) {
      faults[step.kind] = (faults[step.kind] ?? 0) + 1;
      sinceCheck += 1;
    }
    if (sinceCheck < options.faultsPerCheck) continue;
    await faster();
    await check();
    faster = await slowDown(scene.source.client, slowed, slowMs);
  }
  await faster();
  await check();
  return { seed: options.seed, seconds: seconds(), faults, commands: commands.counts, operations, checks };
}

/** So that there is time for something to happen half-way. */
const slowed = ['getMore', 'insert'];
const slowMs = 150;

interface Actors {
  readonly scene: Scene;
  readonly servers: readonly ChaosServer[];
  readonly commands: ReturnType<typeof chaosCommands>;
}

/** Whether it was a fault, and hit something. */
async function take(step: Step, { scene, servers, commands }: Actors): Promise<boolean> {
  switch (step.kind) {
    case 'wait':
      await delay(step.ms);
      return false;
    case 'kill':
      return servers[step.server]?.kill() ?? false;
    case 'terminate':
      return servers[step.server]?.terminate() ?? false;
    case 'stop':
      return servers[step.server]?.pause(step.ms) ?? false;
    case 'tool-kill':
      return await killTool(scene, step.n);
    case 'step-down':
      return await scene.ledgerMongo.stepDown().then(
        () => true,
        // It was no primary any more, or nobody else may be one right now.
        () => false,
      );
    default:
      commands.give(step);
      return false;
  }
}

async function killTool({ servers }: Scene, n: number): Promise<boolean> {
  const tools = (await Promise.all(servers.map((server) => server.tools()))).flat();
  const tool = tools[n % Math.max(1, tools.length)];
  if (tool === undefined) return false;
  try {
    process.kill(tool.pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** Three deployments of one server, each of one database. */
async function registerMore({ source, worker }: Scene): Promise<string[]> {
  const more = ['bakery', 'library'];
  for (const name of more) {
    await fillDatabase(source, name, 'as-backed-up');
    await worker.api.deployments.register.mutate({ name, uri: source.uri.replace('/?', `/${name}?`) });
  }
  for (const { id, timezone } of await worker.api.policies.list.query())
    await worker.api.policies.set.mutate({ id, timezone, enabled: false, scheduledHour: 0, retentionCount: 3 });
  return ['default', ...more];
}
