// What every step of a restore is given, and what an attempt has made so far.
import type { ManifestNamespace, SafetyFacts } from '@holdfast/shared/manifest';
import type { LiveData } from '@holdfast/shared/restore';
import type { MongoClient } from 'mongodb';
import type { OpenArchive } from '../../archive/open-archive.ts';
import type { DumpedUsers } from '../../archive/read-users.ts';
import type { RestoreState } from '../../domain/restore.ts';
import type { PlacedNamespace, RestoreScope } from '../../domain/restore-scope.ts';
import type { DeploymentAddress } from '../../engine/connection-string.ts';
import type { DeploymentFacts } from '../../engine/inspect-deployment.ts';
import type { Services } from '../../services.ts';
import type { OperationRun } from '../operation-run.ts';
import type { ArchiveCopies } from './archive-copies.ts';
import type { UnrecordedSafety } from './safety-backup.ts';

/** All that an attempt made, which has to be taken back when it fails. */
export interface Attempt {
  liveData: LiveData;
  address: DeploymentAddress | null;
  createdDatabases: readonly string[];
  /** Users and roles of the backup, read while it was still to be chosen from which copy. */
  users?: DumpedUsers;
  /** Those of them that its safety backup holds as they were, once that is taken. */
  heldAccess?: SafetyFacts['replaced'];
  /** A safety backup that is not recorded yet. */
  safety?: UnrecordedSafety | undefined;
}

export interface Work {
  readonly services: Services;
  readonly run: OperationRun;
  readonly attempt: Attempt;
  /** What was asked for: target, options. As of the start. */
  readonly restore: RestoreState;
  /** Of the copies, the one that is read: another one once that turned out damaged. */
  readonly archive: OpenArchive;
  readonly copies: ArchiveCopies;
  /** To the primary of the deployment that is written to. */
  readonly client: MongoClient;
  readonly address: DeploymentAddress;
  readonly server: DeploymentFacts;
  /** What is restored and where to, and what is dropped: nothing of it is the ledger's or the server's own. */
  readonly scope: RestoreScope;
  /** Of the scope. */
  readonly namespaces: readonly ManifestNamespace[];
}

/** What a restore that went well has done. */
export interface BroughtBack {
  /** That hold the data now. */
  readonly databases: string[];
  readonly documents: number;
  readonly collections: number;
}

/** Of the namespaces that were staged. */
export function broughtBack(databases: string[], staged: readonly PlacedNamespace[]): BroughtBack {
  return { databases, ...sizeOf(staged) };
}

/** How much was staged. */
export function sizeOf(staged: readonly PlacedNamespace[]): Pick<BroughtBack, 'documents' | 'collections'> {
  return {
    documents: staged.reduce((total, { namespace: { documents } }) => total + documents, 0),
    collections: staged.length,
  };
}
