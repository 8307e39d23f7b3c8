// What there is to be careful of: codes with words, from a plan and what was found for it. Pure.
import type { PlanNamespace, PlanWarning, PlanWarningCode, RestorePlan } from '@holdfast/shared/restore-plan';
import { swapsAtOnce } from '../../domain/swap-groups.ts';
import { describeNeeds, emptyTimestampWords } from '../../tools/privileges.ts';

/** All of a plan but what follows from it. */
export type UnwarnedPlan = Omit<RestorePlan, 'warnings'>;

/** What was found and is not in the plan itself. Names are of the deployment that is written to. */
export interface FoundBeside {
  /** Views whose base will not be there. */
  readonly withoutBase: readonly string[];
  /** What is asked for and never restored; names in the backup. */
  readonly leftOut: readonly string[];
  /** What has a TTL in the backup. */
  readonly expiring: readonly string[];
  /** What is there now and no rename can bring back. */
  readonly notRenamed: readonly string[];
  /** Databases in which the user may not take a merge back. */
  readonly withoutUndoRights: readonly string[];
  /** Whether the deployment has change streams. */
  readonly isReplicaSet: boolean;
}

/** In the order in which they are to be read: what is lost first. */
export function warningsOf(plan: UnwarnedPlan, found: FoundBeside): PlanWarning[] {
  return [
    ...ofRights(plan),
    ...ofLiveData(plan),
    ...ofTheWay(plan, found),
    ...ofWhatComes(plan, found),
    ...ofTheDeployment(plan),
  ];
}

/** The warnings of a plan once more documents of it were compared. */
export function withNewerData(plan: RestorePlan): PlanWarning[] {
  const others = plan.warnings.filter(({ code }) => code !== 'NEWER_DATA_LOST');
  const after = others.findLastIndex(({ code }) => code === 'REPLACES_LIVE_DATA' || code === 'DROPS_COLLECTIONS');
  return [...others.slice(0, after + 1), ...newerData(plan), ...others.slice(after + 1)];
}

/** Whoever goes on regardless gets nowhere: so it comes first. */
function ofRights({ missingRights = [], emptyTimestamps = [] }: UnwarnedPlan): PlanWarning[] {
  if (missingRights.length === 0) return [];
  const message = `The user in the connection string may not do all that this restore needs; as long as that is so it fails, with live data as it was. Missing: ${describeNeeds(missingRights)}.${emptyTimestampWords(emptyTimestamps)} \`holdfast doctor\` prints the rights to give.`;
  return [{ code: 'RIGHTS_MISSING', message, namespaces: [...emptyTimestamps] }];
}

function ofLiveData(plan: UnwarnedPlan): PlanWarning[] {
  const { namespaces } = plan;
  const replaced = targets(namespaces, ({ action }) => action === 'replaced');
  const dropped = targets(namespaces, ({ action }) => action === 'dropped');
  return [
    ...warn('REPLACES_LIVE_DATA', replaced, 'These are replaced; what was written to them since the backup is lost.'),
    ...warn('DROPS_COLLECTIONS', dropped, 'The backup does not have these; they are dropped.'),
    ...newerData(plan),
  ];
}

/** Known where documents were compared, or there are more now than in the backup. */
function newerData({ namespaces }: UnwarnedPlan): PlanWarning[] {
  const replaced = namespaces.filter(({ action }) => action === 'replaced');
  const lost = replaced.filter((one) => lostDocuments(one) > 0);
  const documents = lost.reduce((total, one) => total + lostDocuments(one), 0);
  const isExact = replaced.every(({ difference, documentsNow }) => difference !== null || !documentsNow);
  const message = `${isExact ? '' : 'At least '}${counted(documents, 'document')} that ${documents === 1 ? 'is' : 'are'} there now, new or changed since the backup, ${documents === 1 ? 'is' : 'are'} lost.`;
  return warn(
    'NEWER_DATA_LOST',
    lost.map(({ target }) => target),
    message,
  );
}

function lostDocuments({ difference, documentsNow, documentsInBackup }: PlanNamespace): number {
  if (difference !== null) return difference.onlyLive + difference.changed;
  return Math.max(0, (documentsNow ?? 0) - (documentsInBackup ?? 0));
}

function ofTheWay(plan: UnwarnedPlan, { isReplicaSet, notRenamed, withoutUndoRights }: FoundBeside): PlanWarning[] {
  if (plan.target.kind === 'copy') return [];
  const { namespaces } = plan;
  const isSwapped = ({ action, method }: PlanNamespace) =>
    (action === 'replaced' || action === 'dropped') && method === 'rename';
  const late = targets(namespaces, ({ method, action }) => action !== 'dropped' && isLast(method));
  const swapped = targets(namespaces, isSwapped);
  const streams = targets(namespaces, (one) => isSwapped(one) || (isGone(one) && one.documentsNow !== null));
  return [
    ...warn(
      'NOT_ATOMIC',
      late,
      'No rename can put these into their place: they are written last, after all others. What is written to a time-series among them between the safety backup and then is lost, and what is written after the swap to a collection that becomes one of these.',
    ),
    ...groups(plan),
    ...warn(
      'WRITES_MAY_BE_LOST',
      plan.swapMethod === 'renames' ? swapped : [],
      'The user may not rename all collections in one command: what is written to one of these in the milliseconds between its two renames is lost, and readers may see a mix for a moment. `holdfast doctor` prints the role that avoids it.',
    ),
    ...warn('CHANGE_STREAMS_END', isReplicaSet ? streams : [], 'Change streams on these end with an invalidate event.'),
    ...undoLimits(plan, notRenamed),
    ...undoRights(plan, withoutUndoRights),
  ];
}

function undoRights({ namespaces, options }: UnwarnedPlan, databases: readonly string[]): PlanWarning[] {
  if (options.undoHours === 0) return [];
  const isConcerned = ({ action, target }: PlanNamespace) =>
    action === 'merged' && databases.some((database) => target.startsWith(`${database}.`));
  return warn(
    'UNDO_NOT_ALLOWED',
    targets(namespaces, isConcerned),
    'The user in the connection string may not remove and update documents: this merge can be taken back only once he may. `holdfast doctor` prints the rights to give.',
  );
}

/** By what the databases concerned will hold when it comes to the swap: what is there, and a shadow for whatever is renamed there. */
function groups({ namespaces, swapMethod }: UnwarnedPlan): PlanWarning[] {
  const renamed = namespaces.filter(({ action, method }) => action !== 'untouched' && method === 'rename');
  const shadows = renamed.filter(({ action }) => action !== 'dropped');
  const live = namespaces.filter(({ documentsNow }) => documentsNow !== null);
  if (swapMethod !== 'apply-ops' || renamed.length <= swapsAtOnce(live.length + shadows.length)) return [];
  return always(
    'SWAPPED_IN_GROUPS',
    `${counted(renamed.length, 'collection')} are too many to be renamed in one command, as everybody waits meanwhile: they are swapped in groups. No acknowledged write is lost, but for some time readers see some collections before the swap and some after it.`,
  );
}

function undoLimits({ namespaces, options }: UnwarnedPlan, notRenamed: readonly string[]): PlanWarning[] {
  const changed = namespaces.filter(({ action }) => action !== 'untouched');
  if (options.undoHours === 0) {
    const message = 'What is replaced is not kept (undoHours is 0): the restore cannot be taken back.';
    return warn('UNDO_LIMITED', targets(changed, isGone), message);
  }
  const merged = targets(changed, ({ action }) => action === 'merged');
  const message =
    merged.length > 0
      ? 'Taking it back removes the inserted documents that are then still as they were inserted, and no others.'
      : 'These are taken back from the safety backup, as they are when it is taken: written once more, and not by a rename.';
  return warn('UNDO_LIMITED', [...merged, ...notRenamed], message);
}

function ofWhatComes(plan: UnwarnedPlan, { withoutBase, leftOut, expiring }: FoundBeside): PlanWarning[] {
  const { namespaces, options } = plan;
  const hasType = ({ drift }: PlanNamespace) => drift.some(({ what }) => what === 'type');
  const isWritten = ({ action }: PlanNamespace) => action === 'replaced' || action === 'merged';
  const differing = targets(namespaces, (one) => isWritten(one) && one.drift.length > 0 && !hasType(one));
  const retyped = targets(namespaces, (one) => one.action === 'replaced' && hasType(one));
  const notMerged = targets(namespaces, ({ action, source }) => action === 'untouched' && source !== null);
  return [
    ...warn('TYPE_CHANGES', retyped, 'These are something else in the backup: a collection, view or time-series.'),
    ...warn(
      'STRUCTURE_DIFFERS',
      differing,
      options.mode === 'merge'
        ? 'Indexes, options or validators differ from the backup: those that are there now stay. An index may refuse documents, a validator does not.'
        : 'Indexes, options or validators differ from the backup: they become what the backup has.',
    ),
    ...warn('VIEW_BASE_MISSING', withoutBase, 'What these views read will not be there: they will be empty.'),
    ...warn('LEFT_OUT', leftOut, "These are not restored: they would be Holdfast's ledger or the server's own."),
    ...warn('NOT_MERGED', notMerged, 'Only plain collections can be merged: these stay as they are.'),
    ...ttl(plan, expiring),
    ...users(plan),
  ];
}

/** What is merged goes by the TTL indexes that are live. */
function ttl({ namespaces }: UnwarnedPlan, expiring: readonly string[]): PlanWarning[] {
  const names = new Set(expiring);
  const concerned = namespaces.filter(({ action, target }) => action !== 'untouched' && names.has(target));
  const counts = concerned.flatMap(({ expired }) => (expired === null ? [] : [expired]));
  const known = counts.reduce((total, count) => total + count, 0);
  const isExact = counts.length === concerned.length;
  if (isExact && known === 0) return [];
  const message = isExact
    ? `${counted(known, 'document')} of the backup ${known === 1 ? 'has' : 'have'} expired since: a TTL removes ${known === 1 ? 'it' : 'them'} within a minute or so of the restore.`
    : `Documents of these that have expired since vanish within a minute or so of the restore${known > 0 ? `: at least ${known.toLocaleString('en-US')}` : ''}.`;
  const listed = concerned.filter(({ expired }) => expired !== 0).map(({ target }) => target);
  const areLive = concerned.every(({ action }) => action === 'merged');
  const what = areLive ? 'The TTL indexes that are there now stay.' : 'TTL indexes can be left out.';
  return warn('TTL_EXPIRES', listed, `${message} ${what}`);
}

function users({ users: found, options, target }: UnwarnedPlan): PlanWarning[] {
  if (!options.usersAndRoles || target.kind === 'copy') return [];
  if (found === null) {
    return always(
      'USERS_NOT_IN_BACKUP',
      'Users and roles are asked for, and the backup holds none: they stay as they are.',
    );
  }
  if (!found.vanish || found.notInBackup.length === 0) return [];
  return always('USERS_VANISH', `These users and roles are not in the backup and go: ${found.notInBackup.join(', ')}.`);
}

function ofTheDeployment({ versions, space, oplog }: UnwarnedPlan): PlanWarning[] {
  const { backupServer, server, backupTool, tool } = versions;
  const otherServer = release(backupServer) !== release(server);
  return [
    ...(otherServer ? always('SERVER_VERSION_DIFFERS', serverWords(backupServer, server)) : []),
    ...(tool !== null && tool !== backupTool
      ? always(
          'TOOL_VERSION_DIFFERS',
          `The backup was made by ${versionText('mongodump', backupTool)}; the tools here are ${tool}.`,
        )
      : []),
    ...spaceWarnings(space),
    ...(oplog === null ? [] : oplogWarnings(oplog)),
  ];
}

/** So much more than needed is to be free. */
const spareShare = 1.1;

function spaceWarnings({ neededBytes, freeBytes }: RestorePlan['space']): PlanWarning[] {
  if (freeBytes === null) {
    return always(
      'SPACE_UNKNOWN',
      `The server does not say how much space is free; some ${amount(neededBytes)} are needed.`,
    );
  }
  if (freeBytes >= neededBytes * spareShare) return [];
  return always(
    'SPACE_SHORT',
    `Some ${amount(neededBytes)} are needed and ${amount(freeBytes)} are free where the data lies.`,
  );
}

/** What is written over so much of the oplog leaves little to those who read it. */
const oplogShare = 0.5;

function oplogWarnings({ growthBytes, maxBytes, windowSeconds }: NonNullable<RestorePlan['oplog']>): PlanWarning[] {
  if (growthBytes <= maxBytes * oplogShare) return [];
  const hours = (windowSeconds / 3_600).toFixed(1);
  const message = `The restore writes some ${amount(growthBytes)} into an oplog of ${amount(maxBytes)}, which holds ${hours} hours now: secondaries and change streams that lag behind may lose their place.`;
  return always('OPLOG_SHORT', message);
}

function isLast(method: PlanNamespace['method']): boolean {
  return method === 'rewrite' || method === 'define';
}

/** What is there now goes. */
function isGone({ action }: PlanNamespace): boolean {
  return action === 'replaced' || action === 'dropped';
}

function serverWords(then: string, now: string): string {
  return `The backup is of ${versionText('MongoDB', then)}; the server now runs ${now}.`;
}

/** An imported dump may not say it. */
function versionText(what: string, version: string): string {
  return version === 'unknown' ? `an unknown version of ${what}` : `${what} ${version}`;
}

function release(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function targets(namespaces: readonly PlanNamespace[], which: (one: PlanNamespace) => boolean): string[] {
  return namespaces.filter(which).map(({ target }) => target);
}

function warn(code: PlanWarningCode, namespaces: readonly string[], message: string): PlanWarning[] {
  return namespaces.length === 0 ? [] : [{ code, message, namespaces: [...namespaces] }];
}

function always(code: PlanWarningCode, message: string): PlanWarning[] {
  return [{ code, message, namespaces: [] }];
}

function amount(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
