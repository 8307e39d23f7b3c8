// All commands, and the options that go with each of them.
import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { addAuditCommand } from './audit-command.ts';
import { addBackupCommand } from './backup-command.ts';
import { addBackupsCommand } from './backups-command.ts';
import { addConfigCommand } from './config-command.ts';
import { addDemoCommand } from './demo-command.ts';
import { addDeploymentsCommand } from './deployments-command.ts';
import { addDestinationsCommand } from './destinations-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addImportCommand } from './import-command.ts';
import type { Invocation } from './invocation.ts';
import { addKeysCommand } from './keys-command.ts';
import { addLoginCodeCommand } from './login-code-command.ts';
import { addOpenCommand } from './open-command.ts';
import { addOperationsCommand } from './operations-command.ts';
import { addPoliciesCommand } from './policies-command.ts';
import { addRecoverCommand } from './recover-command.ts';
import { addRestoreCommand } from './restore-command.ts';
import { addRestoreTestCommand } from './restore-test-command.ts';
import { addRestoreTestsCommand } from './restore-tests-command.ts';
import { addRestoresCommand } from './restores-command.ts';
import { addScrubCommand } from './scrub-command.ts';
import { addServeCommand } from './serve-command.ts';
import { addServersCommand } from './servers-command.ts';
import { addVerifyCommand } from './verify-command.ts';

/** The parser. It never ends the process: help and usage errors are thrown as CommanderError. */
export function createProgram(invocation: Invocation, output: ProgramOutput): Command {
  const program = new Command('holdfast')
    .description('MongoDB backups you can prove')
    .version(packageJson.version)
    .option('--json', 'machine-readable answers on stdout, errors as JSON on stderr')
    .option('--url <address>', 'address of the server (default: HOLDFAST_URL, else this machine)')
    .addHelpText('after', afterHelp)
    .exitOverride()
    .configureOutput({ writeOut: output.help, writeErr: output.usage, outputError: () => {} });
  // Settings are inherited by the commands that are added after them.
  for (const add of commands) add(program, invocation);
  return program;
}

export interface ProgramOutput {
  /** Takes help that was asked for. */
  readonly help: (text: string) => void;
  /** Takes help that is shown because a command is missing. */
  readonly usage: (text: string) => void;
}

const commands = [
  addServeCommand,
  addDemoCommand,
  addBackupCommand,
  addBackupsCommand,
  addImportCommand,
  addVerifyCommand,
  addOpenCommand,
  addScrubCommand,
  addRestoreTestCommand,
  addRestoreTestsCommand,
  addRestoreCommand,
  addRestoresCommand,
  addDeploymentsCommand,
  addPoliciesCommand,
  addDestinationsCommand,
  addOperationsCommand,
  addServersCommand,
  addAuditCommand,
  addKeysCommand,
  addConfigCommand,
  addLoginCodeCommand,
  addRecoverCommand,
  addDoctorCommand,
];

const afterHelp = `
Exit codes: 0 ok, 1 failed, 2 usage, 3 unauthorized, 4 not found, 5 refused, 6 timed out, 7 unreachable.
The key: HOLDFAST_API_KEY or HOLDFAST_API_KEY_FILE, else admin.key in the server's data folder.`;
