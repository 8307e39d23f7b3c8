// The one place where the log is made, so that nothing which documents hold gets into it by way of an error.
import { type DestinationStream, type Logger, type LoggerOptions, pino, stdSerializers } from 'pino';
import { withoutValues } from './engine/server-answer.ts';

/** Of errors of a MongoDB server it writes the code alone: their messages hold values. */
export function createLogger(level: NonNullable<LoggerOptions['level']>, destination?: DestinationStream): Logger {
  const serializers = { err: (error: unknown) => stdSerializers.err(withoutValues(error) as Error) };
  const options = { level, serializers };
  return destination === undefined ? pino(options) : pino(options, destination);
}
