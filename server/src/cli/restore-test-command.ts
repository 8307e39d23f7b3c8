// A restore test from the command line: asked for, waited for, or cancelled.
import { setTimeout as delay } from 'node:timers/promises';
import type { HoldfastClient } from '@holdfast/client';
import type { Backup } from '@holdfast/shared/backup';
import type { BackupId } from '@holdfast/shared/ids';
import { type BackupRestoreTest, isOfTheBackup, type RestoreTestsState } from '@holdfast/shared/restore-test';
import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { findBackup } from './find-backup.ts';
import { interruption } from './interruption.ts';
import type { Invocation } from './invocation.ts';
import { durationOf } from './option-values.ts';
import type { Output } from './output.ts';
import { counted, formatBytes, formatDuration } from './quantities.ts';

interface TestOptions {
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly cancel?: boolean;
}

/** `restore-test BACKUP [--wait | --cancel]`. */
export function addRestoreTestCommand(program: Command, invocation: Invocation): void {
  program
    .command('restore-test')
    .description('restore a backup into a throw-away mongod, compare every document, and throw it away')
    .argument('<backup>', 'its id or the beginning of it')
    .option('--wait', 'wait for its end; exits with 1 unless it passed')
    .option('--timeout <duration>', 'wait no longer than this (90s, 30m, 2h); it goes on at the server', durationOf)
    .option('--cancel', 'cancel the test of this backup')
    .action((id: string, options: TestOptions) => restoreTest(invocation, id, options));
}

async function restoreTest({ output, connect }: Invocation, idOrPrefix: string, options: TestOptions): Promise<void> {
  const { client } = await connect();
  const { id } = await findBackup(client, idOrPrefix);
  if (options.cancel) {
    const backup = await client.backups.cancelRestoreTest.mutate({ id });
    output.answer(backup, () => `The restore test of ${id} is cancelled.`);
    return;
  }
  const requested = await client.backups.restoreTest.mutate({ id });
  if (!options.wait && options.timeout === undefined) {
    output.answer(requested, () => `Requested a restore test of ${id}, ${requested.deploymentName}.`);
    return;
  }
  const ended = await waitForTest(output, client, { id, timeoutMs: options.timeout });
  output.answer(ended, () => describeTest(ended.restoreTest));
  requirePassed(id, ended.restoreTest);
}

const askEveryMs = 500;

async function waitForTest(
  output: Output,
  client: HoldfastClient,
  { id, timeoutMs }: { readonly id: BackupId; readonly timeoutMs: number | undefined },
): Promise<Backup> {
  const hint = `The test goes on at the server; cancel it with \`holdfast restore-test ${id} --cancel\`.`;
  using interrupted = interruption(hint);
  const late = timeoutMs === undefined ? null : AbortSignal.timeout(Math.min(timeoutMs, 2 ** 31 - 1));
  const signal = late === null ? interrupted.signal : AbortSignal.any([late, interrupted.signal]);
  try {
    for (;;) {
      const backup = await client.backups.byId.query({ id });
      // One that is deleted before its turn is never tested.
      if (!isOpen(backup.restoreTest) || backup.status !== 'completed') return backup;
      const { running } = await client.restoreTests.state.query();
      output.liveLine?.(progressLine(running.find(({ backupId }) => backupId === id)));
      await delay(askEveryMs, undefined, { signal }).catch(() => undefined);
      interrupted.signal.throwIfAborted();
      if (late?.aborted) {
        const message = 'The test has not ended within the time given with --timeout.';
        throw new CliError(exitCodes.timedOut, { code: 'TIMED_OUT', message, hint, details: { id } });
      }
    }
  } finally {
    output.clearLiveLine();
  }
}

function isOpen(test: BackupRestoreTest | null): boolean {
  return test?.state === 'requested' || test?.state === 'running';
}

function progressLine(running: RestoreTestsState['running'][number] | undefined): string {
  if (running === undefined) return 'restore test: waiting for a server';
  const { phase, bytes, totalBytes } = running;
  return `restore test: ${phase}, ${formatBytes(bytes)} of about ${formatBytes(totalBytes)}`;
}

/** How the newest test came out, in a sentence. */
export function describeTest(test: BackupRestoreTest | null): string {
  switch (test?.state) {
    case undefined:
      return 'never tested';
    case 'requested':
    case 'running':
      return `a test is ${test.state}`;
    case 'passed': {
      const all = `${counted(test.documents ?? 0, 'document')} restored into MongoDB ${test.serverVersion}, compared and equal`;
      return `passed: ${all}; bringing them back took ${formatDuration(test.restoreMs ?? 0)}`;
    }
    case 'failed':
      return `${isDamage(test) ? 'FAILED' : 'could not be made'}: ${test.error?.message ?? ''}`;
    case 'skipped':
      return `skipped (${test.skipped}): ${test.message ?? ''}`;
  }
}

/** Something is wrong with the backup, as opposed to what stood in the way of the test. */
function isDamage({ error }: BackupRestoreTest): boolean {
  return error === null || isOfTheBackup(error.reason);
}

function requirePassed(id: BackupId, test: BackupRestoreTest | null): void {
  if (test?.state === 'passed') return;
  const code = `RESTORE_TEST_${test?.state ?? 'skipped'}`.toUpperCase();
  const message = test?.error?.message ?? test?.message ?? 'The test did not take place.';
  const hint = test?.error?.hint ?? 'It says nothing about the backup.';
  throw new CliError(exitCodes.failed, { code, message, hint, details: { id } });
}
