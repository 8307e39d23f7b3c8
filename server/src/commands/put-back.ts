// Single documents of a backup, put back into the live collection that they came from. Nothing is written but over what was shown.
import { createHash } from 'node:crypto';
import type { Actor } from '@holdfast/shared/actor';
import { AppError } from '@holdfast/shared/errors';
import { OperationFailure } from '@holdfast/shared/failures';
import type {
  PutBackAnswer,
  PutBackChange,
  PutBackOutcome,
  PutBackPlan,
  planPutBackInput,
  putBackInput,
} from '@holdfast/shared/put-back';
import { type MongoClient, MongoServerError } from 'mongodb';
import type { z } from 'zod';
import { extendedJson, extendedJsonValue } from '../archive/extended-json.ts';
import { idOf } from '../archive/id-key.ts';
import { type DeploymentState, requireDeployment, requireIdle } from '../domain/deployment.ts';
import { explained } from '../engine/driver-failure.ts';
import { answerWords } from '../engine/server-answer.ts';
import { readById, type WriteOutcome, writeIfUnchanged } from '../engine/write-if-unchanged.ts';
import { isTransient } from '../ledger/transient.ts';
import type { Services } from '../services.ts';
import { PutBackRecord } from './put-back-record.ts';
import {
  type ChosenDocuments,
  connectLive,
  documentsAt,
  openPutBackSource,
  type PutBackSource,
} from './put-back-source.ts';

/**
 * Shows documents of a backup beside the live ones; changes nothing. Raises BACKUP_NOT_FOUND, BACKUP_NOT_RESTORABLE,
 * ARCHIVE_UNREADABLE, COLLECTION_NOT_FOUND, DOCUMENT_NOT_FOUND, PUT_BACK_IMPOSSIBLE, PUT_BACK_TOO_LARGE, DEPLOYMENT_NOT_FOUND,
 * DEPLOYMENT_UNREACHABLE, NOT_ALLOWED.
 */
export async function planPutBack(
  services: Services,
  { backupId, namespace, positions }: z.output<typeof planPutBackInput>,
  actor: Actor,
): Promise<PutBackPlan> {
  const source = await openPutBackSource(services, { backupId, namespace, actor });
  const { documents, held } = await documentsAt(services, source, positions);
  await using client = await connectLive(services, source);
  const changes: PutBackChange[] = [];
  for (const [position, document] of documents) {
    const live = await explained(() => readById(client, { ...source.place, document }));
    if (live !== null) held.add(live);
    changes.push(changeOf(position, document, live));
  }
  const { name: deploymentName, hosts } = source.deployment.facts;
  return { deploymentName, hosts: [...hosts], namespace, backupCreatedAt: source.takenAt, changes };
}

/**
 * Writes them, each only where the live document is still the one that was shown. Raises what `planPutBack` raises, and
 * OPERATION_IN_PROGRESS, as long as nothing was written; whatever happens from then on is in the answer. Recorded as PutBackStarted
 * before the first is written, and DocumentsPutBack.
 */
export async function putBack(
  services: Services,
  { backupId, namespace, documents: wanted }: z.output<typeof putBackInput>,
  actor: Actor,
): Promise<PutBackAnswer> {
  const source = await openPutBackSource(services, { backupId, namespace, actor });
  requireIdle(source.deployment);
  const positions = wanted.map(({ position }) => position);
  const chosen = await documentsAt(services, source, positions);
  await using client = await connectLive(services, source);
  const record = new PutBackRecord({ services, source, actor, documents: wanted.length });
  const outcomes = await writeEach({ services, source, client, record, ...chosen }, wanted);
  const recordProblem = await record.end(outcomes).then(
    () => null,
    (error: unknown) => wordsOf({ services, source }, error),
  );
  return { outcomes, recordProblem };
}

function changeOf(position: number, document: Buffer, live: Buffer | null): PutBackChange {
  const id = idOf(document, 0);
  return {
    position,
    id: id === undefined ? '' : extendedJsonValue(id, 'relaxed'),
    action: live === null ? 'insert' : live.equals(document) ? 'same' : 'replace',
    inBackup: extendedJson(document, 0, 'canonical'),
    live: live === null ? null : extendedJson(live, 0, 'canonical'),
    liveDigest: digestOf(live),
  };
}

interface Writing extends ChosenDocuments {
  readonly services: Services;
  readonly source: PutBackSource;
  readonly client: MongoClient;
  readonly record: PutBackRecord;
}

/** A document, and the name of the live one that was shown. */
interface Wanted {
  readonly position: number;
  readonly liveDigest: string | null;
}

/** One after the other; none any more after one that broke off. Never rejects. */
async function writeEach(writing: Writing, wanted: readonly Wanted[]): Promise<PutBackOutcome[]> {
  const outcomes: PutBackOutcome[] = [];
  let obstacle: string | null = null;
  for (const one of wanted) {
    const ended: PutBackOutcome = obstacle === null ? await writeOne(writing, one) : notTried(one, obstacle);
    outcomes.push(ended);
    if (ended.outcome === 'not-tried') obstacle = ended.problem;
    if (ended.outcome === 'failed') obstacle = 'One before it broke off.';
  }
  return outcomes;
}

async function writeOne(writing: Writing, { position, liveDigest }: Wanted): Promise<PutBackOutcome> {
  const { source, documents } = writing;
  const document = documents.get(position) as Buffer;
  const left = (outcome: PutBackOutcome['outcome']) => ({ position, outcome, replaced: null, problem: null });
  let over: Over;
  try {
    await requireStillIdle(writing);
    const seen = await explained(() => readById(writing.client, { ...source.place, document }));
    if (digestOf(seen) !== liveDigest) return left('changed');
    if (seen?.equals(document)) return left('same');
    if (seen !== null) writing.held.add(seen);
    over = { document, seen, replaced: seen === null ? null : extendedJson(seen, 0, 'canonical') };
    await writing.record.begin();
  } catch (error) {
    return notTried({ position }, wordsOf(writing, error));
  }
  return { position, ...(await writeOver(writing, over)) };
}

interface Over {
  readonly document: Buffer;
  /** The live one, or null. */
  readonly seen: Buffer | null;
  /** It as text. */
  readonly replaced: string | null;
}

async function writeOver(
  writing: Writing,
  { document, seen, replaced }: Over,
): Promise<Omit<PutBackOutcome, 'position'>> {
  const write = { ...writing.source.place, document, seen };
  try {
    const ended = await explained(() => writeIfUnchanged(writing.client, write));
    if (ended.outcome !== 'written') return { outcome: ended.outcome, replaced: null, problem: whyLeft(ended) };
    await writing.services.failpoint('putting-back');
    return { outcome: seen === null ? 'inserted' : 'replaced', replaced, problem: null };
  } catch (error) {
    const problem = wordsOf(writing, error);
    if (error instanceof OperationFailure && error.reason === 'not-authorized')
      return { outcome: 'refused', replaced: null, problem };
    return { outcome: 'failed', replaced, problem };
  }
}

const duplicateKey = 11_000;

function whyLeft(ended: WriteOutcome): string | null {
  if (ended.outcome === 'too-large') return 'It and the live one are together more than the server takes in one step.';
  if (ended.outcome !== 'refused') return null;
  return ended.code === duplicateKey
    ? 'A unique index holds one of its values in another document.'
    : `The server answered error ${ended.code}.`;
}

function notTried({ position }: Pick<Wanted, 'position'>, problem: string): PutBackOutcome {
  return { position, outcome: 'not-tried', replaced: null, problem };
}

/** What began since the last look has the deployment for itself. Raises OPERATION_IN_PROGRESS, DEPLOYMENT_NOT_FOUND, LEDGER_UNAVAILABLE. */
async function requireStillIdle({ services, source }: Writing): Promise<void> {
  const { deploymentId } = source.deployment;
  const state = await services.ledger.state(`deployment:${deploymentId}`).catch(refuseSilence);
  requireIdle(requireDeployment(state as DeploymentState | undefined, deploymentId));
}

function refuseSilence(error: unknown): never {
  throw isTransient(error) ? new AppError('LEDGER_UNAVAILABLE', {}) : error;
}

/** In English, without anything that a document holds; the log has the rest of what nobody expected. */
function wordsOf({ services, source }: Pick<Writing, 'services' | 'source'>, error: unknown): string {
  if (error instanceof AppError || error instanceof OperationFailure) return error.message;
  services.logger.error({ backupId: source.backup.backupId, err: error }, 'a document could not be put back');
  if (error instanceof MongoServerError) return `The server answered ${answerWords(error)}.`;
  return 'Internal error; the log of the server says more.';
}

function digestOf(document: Buffer | null): string | null {
  return document === null ? null : createHash('sha256').update(document).digest('hex');
}
