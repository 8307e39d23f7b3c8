#!/usr/bin/env node
// The `holdfast` command.
import { runCommandLine } from './run-command-line.ts';

// A reader that went away (`| head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const { stdin, stdout, stderr } = process;
process.exitCode = await runCommandLine({ args: process.argv.slice(2), stdin, stdout, stderr });
