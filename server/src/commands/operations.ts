// Asking a running operation to stop.
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import { requestCancel } from '../domain/operation.ts';
import type { StoredOperation } from '../projections/operations.ts';
import type { Services } from '../services.ts';
import { execute } from './execute.ts';

/** Asks it to stop; it ends as cancelled once its processes are gone. Raises OPERATION_NOT_FOUND, OPERATION_ENDED. */
export async function cancel(services: Services, operationId: string, actor: Actor): Promise<void> {
  const operations = await services.ledger.readModel<StoredOperation>('operations');
  const operation = await operations.findOne({ _id: operationId });
  if (operation === null) throw new AppError('OPERATION_NOT_FOUND', { id: operationId });
  const { kind } = operation;
  await execute(services.ledger, {
    actor,
    correlationId: operationId,
    reads: [`${kind}:${operationId}`],
    decide: (state) =>
      kind === 'backup'
        ? requestCancel(kind, state(`backup:${operationId}`), operationId)
        : requestCancel(kind, state(`restore:${operationId}`), operationId),
  });
}
