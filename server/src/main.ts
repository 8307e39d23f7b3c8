// Starts the service from the environment and says where it is.
import { destination } from 'pino';
import { announcement } from './announcement.ts';
import { type Config, loadConfig } from './config.ts';
import { createLogger } from './create-logger.ts';
import { explainStartFailure } from './explain-start-failure.ts';
import { serve } from './serve.ts';
import { stopOnSignals } from './stop-on-signals.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Two servers in one data folder would both believe that they own what runs. */
const lost = (config: Config) => () => {
  process.stderr.write(`Another Holdfast took the data folder ${config.dataDir} over; this one ends.\n`);
  process.exit(1);
};

try {
  const config = loadConfig();
  const logger = createLogger(config.logLevel, destination({ dest: 2, sync: false }));
  const served = await serve(config, { logger, onProgress: say, onDataDirLost: lost(config) });
  say(announcement(served, config));
  await stopOnSignals(served, say);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${explainStartFailure(error)}\n`);
  process.exit(1);
}
