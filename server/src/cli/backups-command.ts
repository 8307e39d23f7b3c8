import type { HoldfastClient } from '@holdfast/client';
import { type Backup, type BackupStatus, backupStatus } from '@holdfast/shared/backup';
import { type Command, Option } from 'commander';
import { allCollections } from './all-collections.ts';
import { addBackupDocumentsCommands } from './backup-documents-command.ts';
import { backupTable, collectionTable, describeBackup } from './describe-backup.ts';
import { findBackup } from './find-backup.ts';
import type { Invocation } from './invocation.ts';
import { limitOf } from './option-values.ts';
import { addPutBackCommand } from './put-back-command.ts';
import { requireConsent } from './require-consent.ts';

interface ListOptions {
  readonly status?: BackupStatus;
  readonly limit: number;
  readonly after?: string;
  readonly all?: boolean;
}

/** `backups list | show | collections | documents | download | delete`. */
export function addBackupsCommand(program: Command, invocation: Invocation): void {
  const backups = program.command('backups').description('the backups there are, failed ones included');
  backups
    .command('list', { isDefault: true })
    .description('list them, newest first')
    .argument('[deployment]', 'only those of this one, by name or id')
    .addOption(new Option('--status <status>', 'only those in this status').choices(backupStatus.options))
    .option('--limit <1-200>', 'how many', limitOf(200), 50)
    .option('--all', 'those that were deleted, too')
    .option('--after <id>', 'go on after this id, as the list before said')
    .action((deployment: string | undefined, options: ListOptions) => list(invocation, deployment, options));
  backups
    .command('show')
    .description('show one and what it holds')
    .argument('<backup>', idHelp)
    .action((id: string) => show(invocation, id));
  backups
    .command('collections')
    .description('list the collections that one holds')
    .argument('<backup>', idHelp)
    .option('--search <text>', 'only those whose name contains this')
    .action((id: string, { search }: { search?: string }) => collections(invocation, id, search));
  addBackupDocumentsCommands(backups, invocation);
  addPutBackCommand(backups, invocation);
  backups
    .command('delete')
    .description('delete one and its file for good')
    .argument('<backup>', idHelp)
    .option('--yes', 'do not ask')
    .action((id: string, { yes }: { yes?: boolean }) => remove(invocation, id, yes));
}

const idHelp = 'its id or the beginning of it';

async function list(invocation: Invocation, deploymentId: string | undefined, options: ListOptions): Promise<void> {
  const { client } = await invocation.connect();
  const page = await collectPage(client, deploymentId, options);
  invocation.output.answer(page, () => backupTable(page.items));
  if (page.nextCursor !== null) invocation.output.say(`There are more: --after ${page.nextCursor}`);
}

interface BackupPage {
  readonly items: Backup[];
  readonly nextCursor: string | null;
}

/** Years of daily backups leave many deleted ones: they are passed over, page by page, unless they are asked for. */
async function collectPage(
  client: HoldfastClient,
  deploymentId: string | undefined,
  { status, limit, after, all = false }: ListOptions,
): Promise<BackupPage> {
  const filter = {
    ...(deploymentId === undefined ? {} : { deploymentId }),
    ...(status === undefined ? {} : { status }),
  };
  const items: Backup[] = [];
  for (let cursor = after; ; ) {
    const page = await client.backups.list.query({
      ...filter,
      limit: 200,
      ...(cursor === undefined ? {} : { cursor }),
    });
    items.push(...page.items.filter((backup) => all || status !== undefined || backup.status !== 'deleted'));
    if (items.length > limit) return { items: items.slice(0, limit), nextCursor: items[limit - 1]?.id ?? null };
    if (page.nextCursor === null) return { items, nextCursor: null };
    cursor = page.nextCursor;
  }
}

async function show({ output, connect }: Invocation, id: string): Promise<void> {
  const { client } = await connect();
  const backup = await findBackup(client, id);
  const held = backup.status === 'completed' && !output.json ? await allCollections(client, backup.id) : [];
  output.answer(backup, () =>
    [describeBackup(backup), ...(held.length > 0 ? ['', collectionTable(held)] : [])].join('\n'),
  );
}

async function collections({ output, connect }: Invocation, id: string, search?: string): Promise<void> {
  const { client } = await connect();
  const held = await allCollections(client, (await findBackup(client, id)).id, search);
  output.answer(held, () => collectionTable(held));
}

async function remove(invocation: Invocation, idOrPrefix: string, yes: boolean | undefined): Promise<void> {
  const { client } = await invocation.connect();
  const { id, deploymentName } = await findBackup(client, idOrPrefix);
  await requireConsent(invocation, `Delete the backup ${id} of ${deploymentName} for good?`, yes);
  await client.backups.delete.mutate({ id });
  invocation.output.answer({ deleted: id }, () => `Deleted ${id}.`);
}
