import type { ServerInfo } from '@holdfast/shared/server';
import type { Command } from 'commander';
import type { Invocation } from './invocation.ts';
import { type Column, table } from './table.ts';
import { formatTime } from './times.ts';

/** `servers`: who works over this ledger. */
export function addServersCommand(program: Command, invocation: Invocation): void {
  program
    .command('servers')
    .description('the servers over this ledger: roles, what each runs, when it was last seen')
    .action(() => list(invocation));
}

async function list({ output, connect }: Invocation): Promise<void> {
  const { client } = await connect();
  const { servers } = await client.system.info.query();
  const columns: Column<ServerInfo>[] = [
    { title: 'host', value: ({ host, isThis }) => (isThis ? `${host} (asked)` : host) },
    { title: 'process', value: ({ pid }) => String(pid) },
    { title: 'role', value: ({ role }) => role },
    { title: 'state', value: ({ state }) => state },
    { title: 'runs', value: runs },
    { title: 'last seen', value: ({ lastSeenAt }) => formatTime(lastSeenAt) },
    { title: 'since', value: ({ startedAt }) => formatTime(startedAt) },
    { title: 'version', value: ({ version }) => version },
  ];
  output.answer(servers, () => table(servers, columns, 'No server has been seen.'));
}

function runs({ operations, concurrency }: ServerInfo): string {
  if (concurrency === 0) return '-';
  const names = operations.map(({ kind, deploymentName }) => `${kind} ${deploymentName}`);
  return [`${operations.length} of ${concurrency}`, ...names].join(', ');
}
