import type { Command } from 'commander';
import { findBackup } from './find-backup.ts';
import type { Invocation } from './invocation.ts';
import { counted, formatBytes, formatDuration } from './quantities.ts';

/** `verify BACKUP`: re-reads the archive from storage. */
export function addVerifyCommand(program: Command, invocation: Invocation): void {
  program
    .command('verify')
    .description('read an archive again and check every byte against its manifest and the ledger')
    .argument('<backup>', 'its id or the beginning of it')
    .action((id: string) => verify(invocation, id));
}

async function verify({ output, connect }: Invocation, idOrPrefix: string): Promise<void> {
  const { client } = await connect();
  const { id } = await findBackup(client, idOrPrefix);
  const outcome = await client.backups.verify.mutate({ id });
  const { documents, bytes, durationMs } = outcome;
  output.answer(
    { id, ...outcome },
    () =>
      `The archive is whole: ${counted(documents, 'document')}, ${formatBytes(bytes)} read in ${formatDuration(durationMs)}.`,
  );
}
