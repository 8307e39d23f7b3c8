import { AppError } from '@holdfast/shared/errors';

/** Raises INVALID_URI. `problem` goes on after "The connection string cannot be used:" and holds no secret. */
export function invalidUri(problem: string): never {
  throw new AppError('INVALID_URI', { problem });
}
