import { AppError } from '@holdfast/shared/errors';
import type { SealedSecrets } from '../ledger/sealed-secrets.ts';

/**
 * Seals first, so that an event never names a secret that is not there; a refusal takes the secret away again. When it is not
 * known whether the event is in, it stays.
 */
export async function withSecret<T>(
  secrets: SealedSecrets,
  plaintext: string,
  append: (secretRef: string) => Promise<T>,
): Promise<T> {
  const secretRef = await secrets.seal(plaintext);
  try {
    return await append(secretRef);
  } catch (error) {
    if (error instanceof AppError && error.code !== 'LEDGER_UNAVAILABLE') await secrets.remove(secretRef);
    throw error;
  }
}
