// A restore from the command line: the plan first, always; then, into a copy at once, in place only with the phrase.
import type { HoldfastClient } from '@holdfast/client';
import {
  type RestoreMode,
  type RestoreOptions,
  type RestoreTarget,
  restoreMode,
  type SafetyBackup,
  safetyBackup,
  type TtlIndexes,
  ttlIndexes,
} from '@holdfast/shared/restore';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import { type Command, Option } from 'commander';
import { CliError } from './cli-error.ts';
import type { Connection } from './connect.ts';
import { describePlan } from './describe-plan.ts';
import { describeRestore } from './describe-restore.ts';
import { exitCodes } from './exit-codes.ts';
import { findBackup } from './find-backup.ts';
import type { Invocation } from './invocation.ts';
import { durationOf, numberOf } from './option-values.ts';
import { requireCompleted, waitForEnd } from './wait-for-end.ts';

interface GivenOptions {
  readonly intoCopy?: boolean;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly inPlace?: boolean;
  readonly to?: string;
  readonly only?: string[];
  readonly mode?: RestoreMode;
  readonly safetyBackup?: SafetyBackup;
  readonly ttl?: TtlIndexes;
  readonly usersAndRoles?: boolean;
  readonly undoHours?: number;
  readonly confirm?: string;
  readonly plan?: boolean;
  readonly compare?: true | string[];
  readonly wait: boolean;
  readonly timeout?: number;
}

/** `restore BACKUP [--into-copy | --in-place --confirm PHRASE] [--to DEPLOYMENT] [--only NAMESPACE...] [--mode MODE]`. */
export function addRestoreCommand(program: Command, invocation: Invocation): void {
  const command = program
    .command('restore')
    .description('bring a backup back: into a copy beside the live data (the default), or in place')
    .argument('<backup>', 'its id or the beginning of it');
  addPlace(command);
  addManner(command);
  command
    .option('--confirm <phrase>', 'the words that the plan asks for')
    .option('--plan', 'show the plan and stop')
    .addOption(
      new Option(
        '--compare [namespaces...]',
        'with --plan: read these collections on both sides, all when none is named, and say which documents differ',
      ).implies({ plan: true }),
    )
    .option('--no-wait', 'return as soon as it is accepted')
    .option('--timeout <duration>', 'wait no longer than this (90s, 30m, 2h); it goes on at the server', durationOf)
    .action((id: string, options: GivenOptions) => restore(invocation, id, options));
}

function addPlace(command: Command): void {
  command
    .addOption(new Option('--into-copy', 'into databases of other names, which do not exist yet').conflicts('inPlace'))
    .addOption(new Option('--prefix <prefix>', "what is put before each database's name").conflicts('inPlace'))
    .addOption(new Option('--suffix <suffix>', "what is appended to each database's name").conflicts('inPlace'))
    .option('--in-place', 'into the databases that it came from; needs --confirm')
    .option('--to <deployment>', 'into another deployment than the one it came from: its name or id')
    .option('--only <namespaces...>', 'only these databases and collections, like crm shop.orders');
}

function addManner(command: Command): void {
  const [replaces, safety, ttl] = [restoreMode.options, safetyBackup.options, ttlIndexes.options];
  command
    .addOption(
      new Option(
        '--mode <mode>',
        'with --in-place: replace whole collections, merge (insert what is missing), or exact (and drop what the backup lacks)',
      ).choices(replaces),
    )
    .addOption(
      new Option('--safety-backup <what>', 'first back up what no rename can undo, or all that is there').choices(
        safety,
      ),
    )
    .addOption(
      new Option('--ttl <what>', 'build TTL indexes last, or leave them out so that nothing expires').choices(ttl),
    )
    .option('--users-and-roles', 'users and roles too, when the backup holds them')
    .option(
      '--undo-hours <hours>',
      'how long what was replaced is kept, so that the restore can be taken back: 0 to 720, 24 unless set',
      numberOf('The hours', { least: 0, most: 720 }),
    );
}

async function restore(invocation: Invocation, idOrPrefix: string, options: GivenOptions): Promise<void> {
  const { output } = invocation;
  const connection = await invocation.connect();
  const { id: backupId } = await findBackup(connection.client, idOrPrefix);
  const target = await targetOf(connection.client, options);
  const plan = await connection.client.restores.plan.mutate({ backupId, target, ...optionsOf(options) });
  if (options.plan) {
    const compared = await comparedPlan(invocation, connection.client, plan, options.compare);
    output.answer(compared, () => describePlan(compared));
    return;
  }
  output.say(`${describePlan(plan)}\n`);
  requireConfirmation(plan, options);
  await confirmAndWait(invocation, connection, plan, options);
}

/** The plan with the differences that were asked for, collection by collection. */
async function comparedPlan(
  { output }: Invocation,
  client: HoldfastClient,
  plan: RestorePlan,
  compare: GivenOptions['compare'],
): Promise<RestorePlan> {
  let compared = plan;
  for (const namespace of toCompare(plan, compare)) {
    output.liveLine?.(`Comparing ${namespace}`);
    compared = await client.restores.compare.mutate({ planId: plan.id, namespace });
  }
  return compared;
}

function toCompare({ namespaces }: RestorePlan, compare: GivenOptions['compare']): readonly string[] {
  if (compare === undefined) return [];
  if (compare !== true) return compare;
  return namespaces.filter(({ documentsInBackup }) => documentsInBackup !== null).map(({ target }) => target);
}

async function confirmAndWait(
  { output }: Invocation,
  connection: Connection,
  plan: RestorePlan,
  { confirm, wait, timeout }: GivenOptions,
): Promise<void> {
  const phrase = confirm === undefined ? {} : { phrase: confirm };
  const requested = await connection.client.restores.confirm.mutate({ planId: plan.id, ...phrase });
  if (!wait) {
    output.answer(requested, () => `Requested restore ${requested.id}.`);
    return;
  }
  const ended = await waitForEnd(output, connection, { kind: 'restore', id: requested.id, timeoutMs: timeout });
  output.answer(ended, () => describeRestore(ended));
  requireCompleted('restore', ended);
}

/** The server takes ids; people type names. */
async function targetOf(client: HoldfastClient, { inPlace, prefix, suffix, to }: GivenOptions): Promise<RestoreTarget> {
  const elsewhere = to === undefined ? {} : { deploymentId: (await client.deployments.byId.query({ id: to })).id };
  return inPlace ? { kind: 'original', ...elsewhere } : { kind: 'copy', prefix, suffix, ...elsewhere };
}

/** What was left out is the server's to choose. */
function optionsOf({ only, mode, safetyBackup: safety, ttl, usersAndRoles, undoHours }: GivenOptions) {
  const given: Partial<RestoreOptions> = {
    ...(only && { namespaces: only }),
    ...(mode && { mode }),
    ...(safety && { safetyBackup: safety }),
    ...(ttl && { ttlIndexes: ttl }),
    ...(usersAndRoles && { usersAndRoles }),
    ...(undoHours !== undefined && { undoHours }),
  };
  return given;
}

/** The server checks the phrase itself; here it is only said before anything is asked of it. */
function requireConfirmation(plan: RestorePlan, { confirm }: GivenOptions): void {
  if (plan.phrase === null || confirm !== undefined) return;
  const doing = plan.options.mode === 'merge' ? 'writes into' : 'replaces';
  throw new CliError(exitCodes.refused, {
    code: 'NOT_CONFIRMED',
    message: `This ${doing} live data of ${plan.deploymentName}. Nothing was changed.`,
    hint: `To do it, type: ${confirmingCommand(plan, plan.phrase)}`,
    details: { phrase: plan.phrase, plan },
  });
}

/** The same restore, typed anew with its confirmation. */
function confirmingCommand({ backupId, deploymentName, target, options }: RestorePlan, phrase: string): string {
  const { namespaces, mode, safetyBackup: safety, ttlIndexes: ttl, usersAndRoles, undoHours } = options;
  const words: readonly (readonly string[])[] = [
    ['holdfast', 'restore', backupId, '--in-place'],
    target.deploymentId === undefined ? [] : ['--to', deploymentName],
    namespaces === undefined ? [] : ['--only', ...namespaces],
    mode === 'replace' ? [] : ['--mode', mode],
    safety === 'needed' ? [] : ['--safety-backup', safety],
    ttl === 'build' ? [] : ['--ttl', ttl],
    usersAndRoles ? ['--users-and-roles'] : [],
    undoHours === 24 ? [] : ['--undo-hours', String(undoHours)],
    ['--confirm', phrase],
  ];
  return words.flat().map(shellWord).join(' ');
}

function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
