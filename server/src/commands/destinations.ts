// Adding, changing and removing destinations. Credentials go into the sealed secrets, never into an event.
import type { Actor } from '@holdfast/shared/actor';
import type { DestinationCredentials, DestinationProbe } from '@holdfast/shared/destination';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type { DestinationId } from '@holdfast/shared/ids';
import type { Destinations, KnownDestination } from '../destinations/destinations.ts';
import { type DestinationPlace, openDestination } from '../destinations/open-destination.ts';
import {
  addDestination,
  type DestinationState,
  removeDestination,
  requireRegistered,
  updateDestination,
} from '../domain/destination.ts';
import type { StoredBackup } from '../projections/backups.ts';
import type { Services } from '../services.ts';
import type { ArchiveStorage } from '../storage/archive-storage.ts';
import { LocationInvalid, parseLocation } from '../storage/storage-location.ts';
import { execute } from './execute.ts';

export interface PlaceGiven {
  readonly url: string;
  readonly credentials: DestinationCredentials | null;
}

/**
 * Opens a place, writes, reads back and removes a probe; an empty one becomes a destination by it. Raises DESTINATION_INVALID,
 * DESTINATION_UNREACHABLE.
 */
export async function probePlace(services: Services, place: PlaceGiven): Promise<DestinationProbe> {
  return probe(await openPlace(services, { url: place.url, secret: secretOf(place.credentials) }));
}

/** The same for one that is known. Raises DESTINATION_UNREACHABLE. */
export async function probeKnown(services: Services, known: KnownDestination): Promise<DestinationProbe> {
  if (known.storage !== null) return probe(known.storage);
  await services.destinations.refresh();
  const again = services.destinations.known().find(({ id }) => id === known.id) ?? known;
  if (again.storage !== null) return probe(again.storage);
  const { reason = 'destination-unavailable', message = '' } = again.problem ?? {};
  throw new AppError('DESTINATION_UNREACHABLE', { url: known.url, reason, message });
}

export interface AddOptions extends PlaceGiven {
  readonly name: string;
  readonly actor: Actor;
}

/** Raises what `probePlace` raises, and DESTINATION_EXISTS. */
export async function add(services: Services, options: AddOptions): Promise<DestinationId> {
  const { name, credentials, actor } = options;
  const secret = secretOf(credentials);
  const { id: destinationId, url } = await probe(await openPlace(services, { url: options.url, secret }));
  const mainId = services.destinations.main.id as DestinationId;
  await withSecret(services, secret, (secretRef) =>
    execute(services.ledger, {
      actor,
      reads: ['configuration'],
      decide: (state) =>
        addDestination(state('configuration'), { destinationId, facts: { name, url, secretRef }, mainId }),
    }),
  );
  await services.destinations.refresh();
  return destinationId;
}

export interface UpdateOptions {
  readonly id: DestinationId;
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  /** Left out: they stay as they are; null: it needs none any more. */
  readonly credentials?: DestinationCredentials | null | undefined;
  readonly actor: Actor;
}

/**
 * Changes name, URL or credentials; the place stays the same one. Raises DESTINATION_NOT_FOUND, DESTINATION_EXISTS,
 * DESTINATION_INVALID, DESTINATION_UNREACHABLE.
 */
export async function update(services: Services, options: UpdateOptions): Promise<void> {
  const { id, credentials, actor } = options;
  refuseMain(services.destinations, id);
  const stream = `destination:${id}` as const;
  const current = requireRegistered((await services.ledger.state(stream)) as DestinationState | undefined, id).facts;
  const keepsSecret = credentials === undefined;
  const secret = keepsSecret ? await openSecret(services, current.secretRef) : secretOf(credentials);
  const isMoved = options.url !== undefined || !keepsSecret;
  const url = isMoved
    ? (await probe(await openPlace(services, { url: options.url ?? current.url, secret, id }))).url
    : current.url;
  const append = (secretRef: string | null) =>
    execute(services.ledger, {
      actor,
      reads: ['configuration', stream],
      decide: (state) =>
        updateDestination(state('configuration'), state(stream), {
          destinationId: id,
          facts: { name: options.name ?? current.name, url, secretRef },
        }),
    });
  if (keepsSecret) await append(current.secretRef);
  else {
    await withSecret(services, secret, append);
    if (current.secretRef !== null) await services.secrets.remove(current.secretRef);
  }
  await services.destinations.refresh();
}

/** Lets go of a destination; what lies there stays. Raises DESTINATION_NOT_FOUND, DESTINATION_IN_USE, DESTINATION_INVALID. */
export async function remove(services: Services, id: DestinationId, actor: Actor): Promise<void> {
  refuseMain(services.destinations, id);
  const stream = `destination:${id}` as const;
  const { secretRef } = requireRegistered(
    (await services.ledger.state(stream)) as DestinationState | undefined,
    id,
  ).facts;
  const onlyCopies = await countOnlyCopies(services, id);
  await execute(services.ledger, {
    actor,
    reads: ['configuration', stream],
    decide: (state) => removeDestination(state('configuration'), state(stream), { destinationId: id, onlyCopies }),
  });
  if (secretRef !== null) await services.secrets.remove(secretRef);
  await services.reconciliations.deleteOne({ _id: id });
  await services.destinations.refresh();
}

/** Backups that no other known destination has, and those that are being written there right now. */
async function countOnlyCopies({ ledger, destinations, running }: Services, id: string): Promise<number> {
  const backups = await ledger.readModel<StoredBackup>('backups');
  const others = destinations.known().filter((one) => one.id !== id);
  const written = (await running.all()).filter(({ uploadDestinationId }) => uploadDestinationId === id).length;
  const only = await backups.countDocuments({
    status: 'completed',
    [`copies.${id}.state`]: 'stored',
    $nor: others.map((other) => ({ [`copies.${other.id}.state`]: 'stored' })),
  });
  return written + only;
}

function refuseMain({ main }: Destinations, id: string): void {
  if (id !== main.id) return;
  const problem = 'the main destination is the one that HOLDFAST_STORAGE_URL names; change it there.';
  throw new AppError('DESTINATION_INVALID', { problem });
}

function secretOf(credentials: DestinationCredentials | null): string | null {
  return credentials === null ? null : JSON.stringify(credentials);
}

async function openSecret({ secrets }: Services, ref: string | null): Promise<string | null> {
  return ref === null ? null : secrets.open(ref);
}

async function openPlace({ destinations }: Services, place: DestinationPlace): Promise<ArchiveStorage> {
  try {
    refuseUnusable(place);
    refuseNested(destinations, place.url);
    return await openDestination(place);
  } catch (error) {
    if (error instanceof LocationInvalid) throw new AppError('DESTINATION_INVALID', { problem: error.message });
    throw unreachable(error, place.url);
  }
}

/** Servers may have been started anywhere, and a folder asks for nothing. Throws LocationInvalid. */
function refuseUnusable({ url, secret }: DestinationPlace): void {
  const isFolder = parseLocation(url).kind === 'folder';
  if (isFolder && !/^file:(?:\/\/)?\//.test(url)) throw new LocationInvalid('give the whole path: file:/mnt/backups.');
  if (isFolder && secret !== null) throw new LocationInvalid('a folder takes no credentials.');
}

/** A folder within a destination would be listed by both. Throws LocationInvalid. */
function refuseNested(destinations: Destinations, url: string): void {
  const own = folderOf(url);
  for (const other of destinations.known()) {
    const folder = folderOf(other.url);
    if (own === null || folder === null || own === folder) continue;
    if (own.startsWith(`${folder}/`) || folder.startsWith(`${own}/`))
      throw new LocationInvalid(`${own} and the folder of ${other.name}, ${folder}, lie within one another.`);
  }
}

function folderOf(url: string): string | null {
  const place = parseLocation(url);
  return place.kind === 'folder' ? place.directory : null;
}

async function probe(storage: ArchiveStorage): Promise<DestinationProbe> {
  try {
    await storage.probe();
    const space = await storage.space();
    const { freeBytes = null, totalBytes = null } = space ?? {};
    return { id: storage.id as DestinationId, url: storage.url, freeBytes, totalBytes };
  } catch (error) {
    throw unreachable(error, storage.url);
  }
}

function unreachable(error: unknown, url: string): unknown {
  if (!(error instanceof OperationFailure)) return error;
  return new AppError('DESTINATION_UNREACHABLE', { url, reason: error.reason, message: error.message });
}

/** Seals first, so that an event never names a secret that is not there; a refusal takes the secret away again. */
async function withSecret(
  { secrets }: Services,
  secret: string | null,
  append: (secretRef: string | null) => Promise<unknown>,
): Promise<void> {
  const secretRef = secret === null ? null : await secrets.seal(secret);
  try {
    await append(secretRef);
  } catch (error) {
    if (secretRef !== null) await secrets.remove(secretRef);
    throw error;
  }
}
