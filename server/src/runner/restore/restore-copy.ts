// A restore into a copy: databases that do not exist yet, removed again unless all of it proves whole.
import { OperationFailure } from '@holdfast/shared/failures';
import type { MongoClient } from 'mongodb';
import { databaseExists } from '../../engine/inspect-deployment.ts';
import { unlessAborted } from '../../engine/unless-aborted.ts';
import { beginPhase } from './begin-phase.ts';
import { emptyTimestampsIn, requireRights } from './require-rights.ts';
import { type BroughtBack, broughtBack, type Work } from './restore-work.ts';
import { prove, stage, ttlOf } from './stage.ts';
import { expiriesOf, makeExpiries } from './ttl-indexes.ts';

/** Resolves with what was brought back. Throws OperationFailure. */
export async function restoreCopy(work: Work): Promise<BroughtBack> {
  const { client, attempt, run } = work;
  const staged = work.scope.placed;
  const databases = [...new Set(staged.map(({ database }) => database))];
  await unlessAborted(run.signal, requireAbsent(client, databases));
  const emptyTimestamps = emptyTimestampsIn(work.restore.emptyTimestamps, work.scope);
  await unlessAborted(run.signal, requireRights(client, { databases, emptyTimestamps }));
  await run.note({ createdDatabases: databases });
  attempt.createdDatabases = databases;
  await stage(work, staged);
  await prove(work, staged);
  await beginPhase(work, 'finish');
  const expiries = staged.flatMap(({ namespace, database, collection: live }) =>
    expiriesOf(namespace, { database, live }, ttlOf(work)),
  );
  await makeExpiries(client, expiries);
  return broughtBack(databases, staged);
}

async function requireAbsent(client: MongoClient, databases: readonly string[]): Promise<void> {
  for (const database of databases) {
    if (await databaseExists(client, database)) {
      throw new OperationFailure(
        'restore-incomplete',
        `The database ${database} was made since the plan; nothing was changed.`,
      );
    }
  }
}
