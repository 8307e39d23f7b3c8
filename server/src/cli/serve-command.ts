import type { Command } from 'commander';
import { interruption } from './interruption.ts';
import type { Invocation } from './invocation.ts';

/** `serve`: the server itself, in the foreground, until Ctrl-C or SIGTERM. */
export function addServeCommand(program: Command, invocation: Invocation): void {
  program
    .command('serve')
    .description('start the server; settings come from the environment')
    .action(() => runServer(invocation));
}

async function runServer({ config, output }: Invocation): Promise<void> {
  using stop = interruption('');
  // Only here: the other commands need none of the server's parts, and start faster without them.
  const { serve } = await import('../serve.ts');
  const { announcement } = await import('../announcement.ts');
  const { destination, pino } = await import('pino');
  const logger = pino({ level: config.logLevel }, destination({ dest: 2, sync: false }));
  const served = await serve(config, { logger, onProgress: (line) => output.say(line) });
  const { url, administratorKeyFile } = served;
  output.answer({ url, administratorKeyFile, dataDir: config.dataDir }, () => announcement(served, config));
  await aborted(stop.signal);
  output.say('Stopping...');
  await served.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
