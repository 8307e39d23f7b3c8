import { AppError } from '@holdfast/shared/errors';
import { failureHints, OperationFailure } from '@holdfast/shared/failures';
import { ConfigError } from './config.ts';

/** What went wrong and what to do, in lines for a terminal. Anything unknown comes with its stack. */
export function explainStartFailure(error: unknown): string {
  if (error instanceof OperationFailure)
    return `Holdfast could not start: ${error.message}\n${failureHints[error.reason]}`;
  if (error instanceof AppError) return `Holdfast could not start: ${error.message}\n${error.hint}`;
  if (error instanceof ConfigError) return `Holdfast could not start: ${error.message}`;
  return `Holdfast could not start: ${error instanceof Error ? explained(error) : String(error)}`;
}

function explained(error: Error): string {
  const known = error.name !== 'Error' || error.cause !== undefined;
  return known ? error.message : (error.stack ?? error.message);
}
