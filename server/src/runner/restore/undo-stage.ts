// What no rename brings back when a restore is taken back: views, time-series, stored functions. They are staged and proven out of its
// safety backup, and rewritten like those of any restore; what had not been there goes. What is live now is held for safety before.
import type { EventData } from '@holdfast/shared/events';
import { excludedFrom } from '../../commands/excluded.ts';
import { databasesOf } from '../../commands/undo-scope.ts';
import type { BackupState } from '../../domain/backup.ts';
import { type IdentifiedNamespace, inPlaceJournal } from '../../domain/restore-in-place.ts';
import type { RestoreScope } from '../../domain/restore-scope.ts';
import { listStructure } from '../../engine/inspect-deployment.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { shareArchive } from '../archive-leases.ts';
import { openArchiveCopies } from './archive-copies.ts';
import { beginPhase } from './begin-phase.ts';
import type { Work } from './restore-work.ts';
import { undoSafetyPhase } from './safety-phase.ts';
import { prove, stage, ttlOf } from './stage.ts';
import { expiriesOf } from './ttl-indexes.ts';
import type { UndoWork } from './undo-restore.ts';

type Staged = EventData<'RestoreStaged'>;

/** Parts of the undo's journal. */
export interface StagedUndo {
  readonly swaps: Staged['swaps'];
  readonly rewrites: NonNullable<Staged['rewrites']>;
  readonly expiries: NonNullable<Staged['expiries']>;
}

const nothing: StagedUndo = { swaps: [], rewrites: [], expiries: [] };

/** Throws OperationFailure, with live data untouched. */
export async function stageUndo(work: UndoWork): Promise<StagedUndo> {
  const { first, scope } = work;
  if (first.rewrites.length > 0 && scope.safety !== null) return await stageFrom(work, scope.safety);
  await beginPhase(work, 'verify');
  await undoSafetyPhase(work, first);
  return first.rewrites.length === 0 ? nothing : journalOf(work, scopeOf(work, []), await listLive(work));
}

async function stageFrom(undo: UndoWork, safety: BackupState): Promise<StagedUndo> {
  const { services, run, attempt, restore, client, address, server, first } = undo;
  await using _archiveInUse = await shareArchive(services, safety.backupId, { kind: 'restore' });
  const copies = await openArchiveCopies(services, run, { restoreId: restore.restoreId, backupId: safety.backupId });
  const moved = movedBy(first);
  const rewritten = first.rewrites.map(({ database, live: name }) => `${database}.${name}`);
  const wanted = new Set(rewritten.filter((name) => !moved.has(name)));
  const namespaces = copies.current.manifest.namespaces.filter(({ database, collection }) =>
    wanted.has(`${database}.${collection}`),
  );
  const scope = scopeOf(undo, namespaces);
  const work: Work = {
    ...{ services, run, attempt, restore, copies, client, address, server, scope, namespaces },
    get archive() {
      return copies.current;
    },
  };
  await undoSafetyPhase(undo, first);
  const journal = journalOf(undo, scope, await listLive(undo));
  await stage(work, journal.staged);
  await prove(work, journal.staged);
  const ttl = ttlOf(work);
  const expiries = journal.staged.flatMap(({ namespace, database, live: name }) =>
    expiriesOf(namespace, { database, live: name }, ttl),
  );
  return { ...journal, expiries };
}

/** All that the restore rewrote; what is in the safety backup comes back, of the rest what had not been there goes. */
function scopeOf({ first, scope }: UndoWork, namespaces: Work['namespaces']): RestoreScope {
  const placed = namespaces.map((namespace) => ({ ...namespace, namespace }));
  const back = new Set(placed.map(({ database, collection }) => `${database}.${collection}`));
  const moved = movedBy(first);
  const gone = new Set(
    first.rewrites
      .map(({ database, live }) => `${database}.${live}`)
      .filter((name) => !back.has(name) && !moved.has(name) && !scope.lost.includes(name)),
  );
  const drops = ({ database, collection }: { database: string; collection: string }) =>
    gone.has(`${database}.${collection}`);
  return { mode: 'replace', placed, leftOut: [], databases: databasesOf(first), drops };
}

/** What is kept of these comes back by a rename. */
function movedBy({ swaps }: UndoWork['first']): ReadonlySet<string> {
  return new Set(swaps.map(({ database, live }) => `${database}.${live}`));
}

function journalOf({ restore }: UndoWork, scope: RestoreScope, live: readonly IdentifiedNamespace[]) {
  const journal = inPlaceJournal({ restoreId: restore.restoreId, mode: 'replace', scope, live });
  return { ...journal, expiries: [] };
}

async function listLive({ services, client, server, first, run }: UndoWork): Promise<IdentifiedNamespace[]> {
  const exclude = excludedFrom(services.ledgerPlace, server);
  const all = databasesOf(first).map((database) => listStructure(client, { database, exclude }));
  return (await unlessAborted(run.signal, Promise.all(all))).flat();
}
