import { OperationFailure } from '@holdfast/shared/failures';
import type { ManifestNamespace } from '@holdfast/shared/manifest';

/** What was restored is not what the backup holds. */
export function differs({ database, collection }: ManifestNamespace, how: string): OperationFailure {
  return new OperationFailure('restore-incomplete', `${database}.${collection} does not equal the backup: ${how}.`);
}
