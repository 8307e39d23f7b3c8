import { OperationFailure } from '@holdfast/shared/failures';

/** What is brought along cannot be taken in: `message` says what is wrong and where. */
export function unreadable(message: string, cause?: unknown): OperationFailure {
  return new OperationFailure('import-unreadable', message, cause === undefined ? {} : { cause });
}

/** `1 document`, `2 documents`. */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
