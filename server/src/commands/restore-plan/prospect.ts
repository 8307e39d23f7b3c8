// A restore that has not begun: its archive, the deployment that it would write to, and what it concerns there.
import { createHash } from 'node:crypto';
import type { RestoreOptions, RestoreTarget } from '@holdfast/shared/restore';
import type { MongoClient } from 'mongodb';
import type { OpenArchive } from '../../archive/open-archive.ts';
import type { BackupState } from '../../domain/backup.ts';
import type { DeploymentState } from '../../domain/deployment.ts';
import { restoreScope } from '../../domain/restore-scope.ts';
import { parseConnectionString } from '../../engine/connection-string.ts';
import { connectDeployment, type DeploymentFacts, inspectDeployment } from '../../engine/inspect-deployment.ts';
import { withArchive } from '../../inside/look-inside.ts';
import type { Services } from '../../services.ts';
import { connectionStringOf } from '../connection-string-of.ts';
import { excludedFrom } from '../excluded.ts';
import { type LiveNamespaces, liveFacts, type Where } from './look-at-live.ts';

/** What a restore would be of and where it would go. */
export interface Wanted {
  readonly backup: BackupState;
  readonly deployment: DeploymentState;
  /** Its copy's name is filled in. */
  readonly target: RestoreTarget;
  readonly options: RestoreOptions;
}

export interface Prospect extends Wanted {
  readonly archive: OpenArchive;
  readonly client: MongoClient;
  readonly facts: DeploymentFacts;
  readonly where: Where;
}

/**
 * Opens the archive, connects, and hands both to `look`. Raises ARCHIVE_UNREADABLE, DEPLOYMENT_NOT_CONNECTED and what
 * `restoreScope` raises; throws OperationFailure.
 */
export async function withProspect<T>(
  services: Services,
  wanted: Wanted,
  look: (prospect: Prospect) => Promise<T>,
): Promise<T> {
  const { backup, deployment, target, options } = wanted;
  const { archive } = await withArchive(services, backup, async ({ collections }) => collections);
  const address = parseConnectionString(await connectionStringOf(services, deployment.facts));
  await using client = await connectDeployment(address);
  const facts = await inspectDeployment(client);
  const isProtected = excludedFrom(services.ledgerPlace, facts);
  const limitedTo = deployment.facts.database;
  const scope = restoreScope({ manifest: archive.manifest, target, options, limitedTo, isProtected });
  return await look({ ...wanted, archive, client, facts, where: { scope, target, isProtected } });
}

/** Names the state of all that a restore concerns: see `liveFacts`. */
export function liveDigest(where: Where, live: LiveNamespaces): string {
  return createHash('sha256').update(liveFacts(where, live)).digest('hex');
}
