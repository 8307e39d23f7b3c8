// Opens a destination by its URL.
import { destinationCredentials } from '@holdfast/shared/destination';
import { OperationFailure } from '@holdfast/shared/failures';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { openStorage } from '../storage/open-storage.ts';

export interface DestinationPlace {
  /** Without credentials. */
  readonly url: string;
  /** `DestinationCredentials` as JSON; null where there are none. */
  readonly secret: string | null;
  /** Only the destination of this id will do, and nothing is made; left out: an empty place becomes a destination. */
  readonly id?: string;
}

/** What hangs (a network file system, a network) is given up after this. */
const openWithinMs = 20_000;

/** Throws what `openStorage` throws (LocationInvalid, OperationFailure), and `destination-unavailable` when nothing answers. */
export async function openDestination({ url, secret, id }: DestinationPlace): Promise<ArchiveStorage> {
  const credentials = secret === null ? null : destinationCredentials.parse(JSON.parse(secret));
  return await inTime(openStorage(url, { credentials, ...(id === undefined ? {} : { id, create: false }) }));
}

async function inTime<T>(opening: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `It did not answer within ${openWithinMs / 1_000} s.`;
    timer = setTimeout(() => reject(new OperationFailure('destination-unavailable', message)), openWithinMs);
  });
  try {
    return await Promise.race([opening, late]);
  } finally {
    clearTimeout(timer);
  }
}
