import { type ServerRole, serverRole } from '@holdfast/shared/server';
import { type Command, Option } from 'commander';
import { type Config, concurrencyRange, drainSecondsRange } from '../config.ts';
import type { Invocation } from './invocation.ts';
import { numberOf } from './option-values.ts';

interface ServeOptions {
  readonly role?: ServerRole;
  readonly concurrency?: number;
  readonly drainSeconds?: number;
}

/** `serve`: the server itself, in the foreground, until Ctrl-C or SIGTERM. */
export function addServeCommand(program: Command, invocation: Invocation): void {
  const role = 'answer calls and show the console (api), run operations (worker), or both (all)';
  program
    .command('serve')
    .description('start the server; settings come from the environment')
    .addOption(new Option('--role <role>', role).choices(serverRole.options))
    .option(
      '--concurrency <n>',
      'how many operations run at once, 1 to 64 (default: 2)',
      numberOf('The number of operations at once', concurrencyRange),
    )
    .option(
      '--drain-seconds <n>',
      'how long running work may go on once told to stop (default: 30)',
      numberOf('The seconds to drain', drainSecondsRange),
    )
    .action((options: ServeOptions) => runServer(invocation, { ...invocation.config, ...settingsOf(options) }));
}

function settingsOf({ role, concurrency, drainSeconds }: ServeOptions): Partial<Config> {
  return {
    ...(role === undefined ? {} : { role }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(drainSeconds === undefined ? {} : { drainMs: drainSeconds * 1_000 }),
  };
}

async function runServer({ output }: Invocation, config: Config): Promise<void> {
  // Only here: the other commands need none of the server's parts, and start faster without them.
  const { serve } = await import('../serve.ts');
  const { announcement } = await import('../announcement.ts');
  const { stopOnSignals } = await import('../stop-on-signals.ts');
  const { createLogger } = await import('../create-logger.ts');
  const { destination } = await import('pino');
  const logger = createLogger(config.logLevel, destination({ dest: 2, sync: false }));
  const served = await serve(config, { logger, onProgress: (line) => output.say(line) });
  const { url, administratorKeyFile } = served;
  output.answer({ url, administratorKeyFile, dataDir: config.dataDir }, () => announcement(served, config));
  await stopOnSignals(served, (line) => output.say(line));
}
