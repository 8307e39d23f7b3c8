import type { Command } from 'commander';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Invocation } from './invocation.ts';
import { table } from './table.ts';

/** `doctor`: what the running server finds on its machine, what is missing and what to do. */
export function addDoctorCommand(program: Command, invocation: Invocation): void {
  program
    .command('doctor')
    .description('what the running server finds, what is missing and what to do')
    .action(() => doctor(invocation));
}

async function doctor({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const { checks } = await client.system.doctor.query();
  const columns = [
    { title: 'check', value: ({ title }: (typeof checks)[number]) => title },
    { title: 'state', value: ({ status }: (typeof checks)[number]) => status },
    { title: 'found', value: ({ found }: (typeof checks)[number]) => found },
    { title: 'what to do', value: ({ advice }: (typeof checks)[number]) => advice ?? '-' },
  ];
  output.answer(checks, () => table(checks, columns, 'Nothing was checked.'));
  const failed = checks.filter(({ status }) => status === 'failed').length;
  if (failed === 0) return;
  throw new CliError(exitCodes.failed, {
    code: 'CHECKS_FAILED',
    message: `${failed} checks failed.`,
    hint: 'Do what stands beside each.',
    details: {},
  });
}
