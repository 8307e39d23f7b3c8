import type { Command } from 'commander';
import type { DoctorCheck } from '../tools/doctor.ts';
import { CliError } from './cli-error.ts';
import { errorReport } from './error-report.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { printable } from './printable.ts';
import { counted } from './quantities.ts';

/** `doctor`: what is found, what is missing and what to do; asks the running server, or looks by itself where none runs. */
export function addDoctorCommand(program: Command, invocation: Invocation): void {
  program
    .command('doctor')
    .description('what is found, what is missing and what to do, with or without a running server')
    .action(() => doctor(invocation));
}

async function doctor(invocation: Invocation): Promise<void> {
  const { output } = invocation;
  const checks = await checksOf(invocation);
  output.answer(checks, () => checks.map(describeCheck).join('\n'));
  const failed = checks.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return;
  throw new CliError(exitCodes.failed, {
    code: 'CHECKS_FAILED',
    message: `${counted(failed.length, 'check')} failed: ${failed.map(({ title }) => title).join(', ')}.`,
    hint: 'Do what stands beside each.',
    details: { failed: failed.map(({ id }) => id) },
  });
}

async function checksOf(invocation: Invocation): Promise<readonly DoctorCheck[]> {
  try {
    const { client } = await invocation.connect();
    return (await client.system.doctor.query()).checks;
  } catch (error) {
    const { code, message } = errorReport(error, invocation.url());
    if (code !== 'SERVER_UNREACHABLE' && code !== 'NO_KEY') throw error;
    const { localDoctor } = await import('./local-doctor.ts');
    return localDoctor(invocation.config, message);
  }
}

const marks: Readonly<Record<DoctorCheck['status'], string>> = { ok: 'ok    ', warning: 'WARN  ', failed: 'FAILED' };

function describeCheck({ title, status, found, advice }: DoctorCheck): string {
  const line = `${marks[status]}  ${title}: ${printable(found)}`;
  return advice === null ? line : `${line}\n        ${printable(advice)}`;
}
