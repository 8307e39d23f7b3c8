import type { Command } from 'commander';
import type { Invocation } from './invocation.ts';
import { requestServer } from './server-request.ts';
import { facts } from './table.ts';
import { formatTime } from './times.ts';

/** `login-code`: a code with which a browser signs in once. */
export function addLoginCodeCommand(program: Command, invocation: Invocation): void {
  program
    .command('login-code')
    .description('make a code with which a browser signs in, once')
    .action(() => loginCode(invocation));
}

async function loginCode({ output, connect }: Invocation): Promise<void> {
  const connection = await connect();
  const { url } = connection;
  const response = await requestServer(connection, 'auth/login-codes', { method: 'POST' });
  const { code, expiresAt } = (await response.json()) as { code: string; expiresAt: string };
  output.answer({ code, expiresAt, url }, () =>
    facts([
      ['Open', url],
      ['Code', code],
      ['Good', `once, until ${formatTime(expiresAt)}`],
    ]),
  );
}
