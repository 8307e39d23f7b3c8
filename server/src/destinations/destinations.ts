// The destinations that this server has open, by the id of their marker: the main one, and those that the ledger knows. One that
// cannot be opened is `unavailable`, keeps no other from working, and is tried again.
import { type Failure, failureHints, OperationFailure } from '@holdfast/shared/failures';
import type { Logger } from 'pino';
import { mainDestinationName } from '../domain/destination.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type SealedSecrets, SecretUnreadable } from '../ledger/sealed-secrets.ts';
import { throughFailover } from '../ledger/through-failover.ts';
import type { StoredDestination } from '../projections/destinations.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { LocationInvalid } from '../storage/storage-location.ts';
import { openDestination } from './open-destination.ts';

/** A destination, whether or not this server can use it. */
export interface KnownDestination {
  readonly id: string;
  readonly name: string;
  readonly isMain: boolean;
  /** Without credentials. */
  readonly url: string;
  readonly secretRef: string | null;
  /** null while it cannot be opened; `problem` says why. */
  readonly storage: ArchiveStorage | null;
  readonly problem: Failure | null;
}

export interface Destinations {
  /** The one that HOLDFAST_STORAGE_URL names. */
  readonly main: ArchiveStorage;
  /** undefined for one that is not known, or cannot be opened now. */
  byId(id: string): ArchiveStorage | undefined;
  /** Those that are open, the main one first. */
  all(): readonly ArchiveStorage[];
  /** Every one, the main one first, then by name. */
  known(): readonly KnownDestination[];
  /** Reads anew which ones are registered, and opens those that are not open. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface DestinationsOptions {
  readonly main: ArchiveStorage;
  readonly ledger: Pick<Ledger, 'readModel'>;
  readonly secrets: Pick<SealedSecrets, 'open'>;
  readonly logger: Logger;
}

/** How often the ledger is asked which ones there are, and those that cannot be opened are tried again. */
const refreshEveryMs = 10_000;

/** Opens what is registered. Raises LEDGER_UNAVAILABLE; does not throw for a destination. */
export async function openDestinations(options: DestinationsOptions): Promise<Destinations> {
  const { main, logger } = options;
  const mainOne = {
    ...{ id: main.id, name: mainDestinationName, isMain: true, url: main.url },
    ...{ secretRef: null, storage: main, problem: null },
  };
  let known: readonly KnownDestination[] = [mainOne];
  let refreshing: Promise<void> | undefined;
  const refresh = async () => {
    const stored = await registered(options.ledger);
    const others = stored.filter(({ _id }) => _id !== main.id);
    const before = known;
    known = [mainOne, ...(await Promise.all(others.map((one) => opened(options, one, before))))];
    for (const one of known) logChange(logger, one, before);
  };
  const refreshOnce = () => {
    refreshing ??= refresh().finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  };
  await throughFailover(refreshOnce);
  const timer = setInterval(() => {
    refreshOnce().catch((err: unknown) => logger.warn({ err }, 'the destinations are looked at again soon'));
  }, refreshEveryMs);
  return {
    main,
    byId: (id) => known.find((one) => one.id === id)?.storage ?? undefined,
    all: () => known.flatMap(({ storage }) => storage ?? []),
    known: () => known,
    async refresh() {
      // One that is under way may have read the ledger before what its caller wrote.
      await refreshing?.catch(() => undefined);
      await refreshOnce();
    },
    async close() {
      clearInterval(timer);
      await refreshing?.catch(() => undefined);
    },
  };
}

/**
 * The destination of that id, tried once more when it is not open. Throws OperationFailure('destination-unavailable') with why this
 * server cannot use it.
 */
export async function requireDestination(destinations: Destinations, id: string): Promise<ArchiveStorage> {
  if (destinations.byId(id) === undefined) await destinations.refresh();
  const storage = destinations.byId(id);
  if (storage !== undefined) return storage;
  throw new OperationFailure('destination-unavailable', unavailable(destinations, id));
}

function unavailable(destinations: Destinations, id: string): string {
  const known = destinations.known().find((one) => one.id === id);
  if (known !== undefined) return `The destination ${known.name} cannot be used: ${known.problem?.message ?? ''}`;
  const has = destinations.known().map(({ url }) => url);
  return `The archive lies at the destination ${id}, which is not known here (${has.join(', ')}).`;
}

async function registered(ledger: DestinationsOptions['ledger']): Promise<StoredDestination[]> {
  const stored = await ledger.readModel<StoredDestination>('destinations');
  return await stored.find({ removed: false }).sort({ name: 1 }).toArray();
}

/** As it is open already, unless its place or its credentials changed. */
async function opened(
  { secrets }: DestinationsOptions,
  { _id: id, name, url, secretRef }: StoredDestination,
  before: readonly KnownDestination[],
): Promise<KnownDestination> {
  const facts = { id, name, isMain: false, url, secretRef };
  const open = before.find((one) => one.id === id && one.url === url && one.secretRef === secretRef)?.storage;
  if (open) return { ...facts, storage: open, problem: null };
  try {
    const secret = secretRef === null ? null : await secrets.open(secretRef);
    return { ...facts, storage: await openDestination({ url, secret, id }), problem: null };
  } catch (error) {
    return { ...facts, storage: null, problem: problemOf(error) };
  }
}

function problemOf(error: unknown): Failure {
  if (error instanceof OperationFailure) return error.toFailure();
  const reason = 'destination-unavailable';
  if (error instanceof LocationInvalid || error instanceof SecretUnreadable)
    return { reason, message: error.message, hint: failureHints[reason] };
  throw error;
}

function logChange(logger: Logger, one: KnownDestination, before: readonly KnownDestination[]): void {
  const was = before.find(({ id }) => id === one.id);
  const { id, name, url, problem } = one;
  if (problem !== null && was?.problem?.message !== problem.message)
    logger.warn({ id, name, url, problem }, 'a destination cannot be used; it is tried again');
  else if (problem === null && was?.problem) logger.info({ id, name, url }, 'a destination can be used again');
}
