import type { ArchiveUse } from '@holdfast/shared/backup';
import type { AppErrorData } from '@holdfast/shared/errors';
import type { Failure, FailureReason } from '@holdfast/shared/failures';
import { filterProblemText } from '@holdfast/shared/filter-problem';
import { createFormats } from '../formats.ts';
import { type RefusalMessages, sayRefusal } from '../words.ts';
import { actor } from './common.ts';

const f = createFormats('en');

const archiveUses: Record<ArchiveUse, string> = {
  verify: 'it is being verified',
  restore: 'a restore reads it',
  'restore-test': 'a restore test reads it',
  copy: 'it is being copied',
  download: 'it is being downloaded',
  delete: 'it is being deleted',
};

const putBackProblems = {
  excluded: 'the ledger and the server keep their own data there',
  view: 'it is a view',
  timeseries: 'it is a time-series, whose documents are packed together',
  'not-there': 'the live database has no such collection',
} as const;

const undoProblems = {
  'nothing-replaced': 'it replaced nothing',
  undone: 'it was taken back already',
  dropped: 'what it replaced is not kept any more',
  'not-completed': 'it has not ended well',
  'newer-restore': 'a newer restore has replaced the same collections since; take that one back first',
  'not-allowed':
    'the user in the connection string may not remove and update documents, which that of a merge needs; `holdfast doctor` prints the rights to give',
} as const;

const restoreOptionsProblems = {
  'copy-mode': 'A copy goes into databases that do not exist yet: there is nothing to merge with, and nothing to drop.',
  'exact-of-collections':
    'The mode “exact” is for whole databases: of a database, it drops what the backup does not have.',
  'exact-of-part': 'The backup was made of single collections, so that nobody can say what it does not have.',
  'view-collation':
    'Views that stay read one that would get another collation, which the server does not take. Remove these first, or leave that one out:',
} as const;

const messages: RefusalMessages = {
  OPERATION_IN_PROGRESS: ({ deploymentName, holder }) =>
    `A ${holder.kind} already runs on ${deploymentName} since ${f.since(holder.since, Date.now())}, started by ${actor.name(holder.actor)}.`,
  DEPLOYMENT_NOT_FOUND: ({ id }) => `There is no deployment ${id}.`,
  DEPLOYMENT_NOT_CONNECTED: ({ name }) => `${name} was recovered from its backups and has no connection string yet.`,
  DEPLOYMENT_EXISTS: ({ name, existing }) => `${name} is already registered as ${existing}.`,
  DESTINATION_NOT_FOUND: ({ id }) => `There is no destination ${id}.`,
  DESTINATION_EXISTS: ({ name, existing }) => `${name} is already known as the destination ${existing}.`,
  DESTINATION_INVALID: ({ problem }) => `The destination cannot be used: ${problem}`,
  DESTINATION_UNREACHABLE: ({ url, message }) => `${url}: ${message}`,
  DESTINATION_IN_USE: ({ name, deployments, onlyCopies }) =>
    [
      deployments.length > 0 ? `The policies of ${f.list(deployments)} write to ${name}.` : '',
      onlyCopies > 0
        ? f.plural(onlyCopies, {
            one: `1 backup lies nowhere else than at ${name}.`,
            other: `${f.count(onlyCopies)} backups lie nowhere else than at ${name}.`,
          })
        : '',
    ]
      .join(' ')
      .trim(),
  DEPLOYMENT_UNREACHABLE: ({ hosts, message }) => `${hosts.join(', ')}: ${message}`,
  INVALID_URI: ({ problem }) => `The connection string cannot be used: ${problem}`,
  POLICY_NOT_FOUND: ({ id }) => `There is no policy ${id}.`,
  BACKUP_NOT_FOUND: ({ id }) => `There is no backup ${id}.`,
  BACKUP_NOT_RESTORABLE: ({ status }) => `The backup is ${status}; only a completed one can be used.`,
  ARCHIVE_UNREADABLE: ({ key, problem }) => `The archive ${key} cannot be read: ${problem}`,
  ARCHIVE_NOT_FOUND: ({ key }) => `There is no archive ${key} at the destination.`,
  ARCHIVE_IN_USE: ({ by, since }) => `The archive is in use since ${f.since(since, Date.now())}: ${archiveUses[by]}.`,
  COLLECTION_NOT_FOUND: ({ namespace }) =>
    `The backup holds no ${namespace.includes('.') ? 'collection' : 'database'} ${namespace}.`,
  DOCUMENT_NOT_FOUND: ({ namespace, position }) => `The backup’s ${namespace} has no document number ${position}.`,
  PUT_BACK_IMPOSSIBLE: ({ namespace, why }) =>
    `Single documents cannot be put back into ${namespace}: ${putBackProblems[why]}.`,
  PUT_BACK_TOO_LARGE: ({ maxBytes }) =>
    `The documents and the live ones beside them are more than the ${f.bytes(maxBytes)} that are put back at once.`,
  FILTER_INVALID: (problem) => `The filter cannot be used: ${filterProblemText(problem)}.`,
  NOT_ALLOWED: ({ what }) => `You may not ${what}.`,
  BACKUP_EXISTS: ({ status }) => `The ledger knows the backup already: it is ${status}.`,
  DEPLOYMENT_UNKNOWN: ({ deploymentName, hosts }) =>
    `The archive is of ${deploymentName} (${hosts.join(', ')}), which is not registered here.`,
  ENCRYPTION_KEY_NOT_FOUND: ({ id }) => `There is no encryption key ${id}.`,
  ENCRYPTION_KEY_EXISTS: ({ name, existing }) =>
    `The key ${name} cannot be added: ${existing} has this name or this public key.`,
  ENCRYPTION_KEY_INVALID: ({ problem }) => `The key cannot be used: ${problem}`,
  ENCRYPTION_KEY_RETIRED: ({ name }) => `The key ${name} is retired.`,
  ENCRYPTION_KEY_IN_USE: ({ name, isDefault, policies, backups }) =>
    `The key ${name} is needed: ${f.list([
      ...(isDefault ? ['new backups are encrypted for it'] : []),
      ...(policies > 0
        ? [f.plural(policies, { one: '1 policy names it', other: `${f.count(policies)} policies name it` })]
        : []),
      ...(backups > 0
        ? [
            f.plural(backups, {
              one: '1 backup cannot be opened without it',
              other: `${f.count(backups)} backups cannot be opened without it`,
            }),
          ]
        : []),
    ])}.`,
  ENCRYPTION_KEY_MISSING: () => 'There is no encryption key yet.',
  RECOVERY_KIT_REQUIRED: ({ keys }) => `No confirmed recovery kit holds ${f.list(keys)}.`,
  RECOVERY_KIT_NOT_FOUND: () => 'There is no such recovery kit, or a newer one has taken its place.',
  RECOVERY_KIT_CODE_WRONG: () => 'This is not the code of the newest recovery kit.',
  IMPORT_NAMESPACE_MISSING: ({ fileName }) =>
    `${fileName} has the documents of one collection, and does not say of which.`,
  IMPORT_TOO_LARGE: ({ maxBytes }) => `The dump has more than the ${f.bytes(maxBytes)} that may be imported.`,
  TOO_MANY_DOWNLOADS: ({ most }) => `This server gives out ${f.count(most)} collections already.`,
  TOO_MANY_IMPORTS: ({ most }) => `This server imports ${f.count(most)} dumps already.`,
  RESTORE_NOT_FOUND: ({ id }) => `There is no restore ${id}.`,
  RESTORE_TEST_IN_PROGRESS: ({ since }) =>
    `The restore of this backup is being tested since ${f.since(since, Date.now())}.`,
  RESTORE_TEST_NOT_RUNNING: () => 'No restore test of this backup is asked for or running.',
  OPERATION_NOT_FOUND: ({ id }) => `There is no operation ${id}.`,
  OPERATION_ENDED: ({ kind }) => `The ${kind} has already ended.`,
  OPERATION_FAILED: ({ reason, message }) => `${failureReasons[reason]}: ${message}`,
  WRONG_WORKER: () => 'The operation belongs to another server, or has ended.',
  PLAN_NOT_FOUND: () => 'The restore plan does not exist or has expired.',
  PLAN_OUTDATED: () =>
    'The deployment has changed since the plan was made: a collection was added, removed or altered.',
  UNDO_UNAVAILABLE: ({ why }) => `The restore cannot be taken back: ${undoProblems[why]}.`,
  CONFIRMATION_MISMATCH: ({ expected }) => `The confirmation does not match: type ${expected} exactly.`,
  TARGET_EXISTS: ({ databases }) => `These databases are in the way: ${databases.join(', ')}.`,
  TARGET_NAME_INVALID: ({ name }) => `“${name}” cannot be a name in the copy.`,
  RESTORE_OPTIONS_INVALID: ({ problem, namespaces }) =>
    namespaces === undefined
      ? restoreOptionsProblems[problem]
      : `${restoreOptionsProblems[problem]} ${namespaces.join(', ')}.`,
  NAMESPACE_PROTECTED: ({ namespace }) =>
    `${namespace} is never restored there: it would be Holdfast’s ledger or the server’s own.`,
  TOOL_MISSING: ({ tool }) => `${tool} was not found.`,
  CONFIGURATION_INVALID: ({ problems }) => `The configuration cannot be imported: ${problems.join('; ')}`,
  CONFIGURATION_CHANGED: () => 'The configuration has changed since the preview.',
  SHARDED_UNSUPPORTED: () =>
    'A sharded cluster cannot be restored in place, and to one of its shards nothing can be restored.',
  NOT_SIGNED_IN: () => 'Sign in first.',
  LOGIN_CODE_INVALID: () => 'The code is wrong, used or expired.',
  TOO_MANY_ATTEMPTS: ({ retryAfterSeconds }) =>
    `Too many attempts. Try again in ${f.duration(retryAfterSeconds * 1000)}.`,
  LEDGER_UNAVAILABLE: () => 'The ledger does not answer.',
};

export const errors = {
  defect: 'Something went wrong in Holdfast.',
  defectHint: 'Nothing more is known here; the server’s log has the details under this id.',
  /** English hints come with the refusal. */
  hint: (app: AppErrorData) => failedHint(app) ?? app.hint,
  input: 'This cannot be used.',
  message: (app: AppErrorData) => sayRefusal(messages, app),
  noAnswer: 'The server does not answer.',
  noAnswerHint: 'See whether Holdfast runs and can be reached from here, then try again.',
};

export const failureReasons: Record<FailureReason, string> = {
  'tool-missing': 'A MongoDB tool is missing',
  'tool-failed': 'The tool failed',
  'tool-killed': 'The tool was killed',
  'authentication-failed': 'The sign-in to MongoDB failed',
  'not-authorized': 'The user lacks a role',
  unreachable: 'MongoDB could not be reached',
  'connection-lost': 'The connection to MongoDB was lost',
  'database-missing': 'The database does not exist',
  'dump-incomplete': 'The dump was not complete',
  'disk-full': 'The destination is full',
  'storage-unwritable': 'The destination cannot be written to',
  'storage-missing': 'The archive is not at its destination',
  'storage-refused': 'The destination refused the credentials',
  'storage-unreachable': 'The destination cannot be reached',
  'destination-unavailable': 'The destination of the archive is not within reach',
  'archive-damaged': 'The archive is damaged',
  'import-unreadable': 'The dump cannot be read',
  'key-missing': 'The key to the archive is missing',
  'restore-incomplete': 'Not everything was taken',
  'plan-outdated': 'The deployment changed since the plan',
  'sharded-unsupported': 'The cluster is sharded',
  'undo-missing': 'What was kept is gone',
  stalled: 'Nothing moved for too long',
  'timed-out': 'The time limit was reached',
  interrupted: 'The service stopped meanwhile',
  unclaimed: 'No server took it in time',
  'ledger-unavailable': 'The ledger did not answer',
  internal: 'A defect of Holdfast',
};

const hints: Record<FailureReason, string> = {
  'tool-missing':
    'Install the MongoDB Database Tools, or name them with MONGODUMP_PATH and MONGORESTORE_PATH; `holdfast doctor` shows what is found.',
  'tool-failed': "Read the tool's last lines below; `holdfast doctor` checks connection and privileges.",
  'tool-killed':
    'Something on this host ended the process: look for the out-of-memory killer in the system log, then start again.',
  'authentication-failed': "Check user name, password and authSource in the deployment's connection string.",
  'not-authorized': 'Give the user the roles that `holdfast doctor` prints for this deployment.',
  unreachable: 'Check host, port, firewall and TLS options, and that mongod listens on that address.',
  'connection-lost': 'The server went away half-way. See whether mongod runs and what its log says, then start again.',
  'database-missing': 'Check the database name in the connection string: the server has no collection in it.',
  'dump-incomplete':
    'Something the server listed is not in the dump. Nothing was kept; start again, and report it if it repeats.',
  'disk-full': 'Free space at the destination, lower the retention, or move the destination to a larger disk.',
  'storage-unwritable': "See that the destination exists, is mounted, and that the service's user may write there.",
  'storage-missing': 'The archive is not at its destination any more. See whether the destination is mounted.',
  'storage-refused':
    "Check the access key of the destination, that the system's clock is right, and what the key may do: docs/destinations.md lists it.",
  'storage-unreachable':
    "See that the destination's server runs and can be reached from here (address, port, firewall, proxy, TLS), then start again.",
  'destination-unavailable':
    'Make the destination that holds the archive reachable again, or add it back; nothing was changed meanwhile.',
  'import-unreadable':
    'Nothing was imported. It must be a whole mongodump: a directory, an .archive, an .archive.gz or a .bson file. Copy it again from where it came, or take another one.',
  'archive-damaged': 'Do not use this backup. Choose another one, and check the disk that it lies on.',
  'key-missing':
    'Give Holdfast the key that the archive was encrypted for: it is in the recovery kit of the server that made it.',
  'restore-incomplete': "The server did not take everything. The message, or the tool's last lines, say what.",
  'plan-outdated': 'Nothing was changed. Make a new plan, look at it, and confirm that one.',
  'sharded-unsupported': "Nothing was changed. Restore by hand with the steps in the archive's RESTORE.txt.",
  'undo-missing': 'Collections that the restore had kept are gone. Nothing was changed; restore a backup instead.',
  stalled:
    'See what the server and the network do, then start again. If such pauses are usual there, raise the stall limit of the policy.',
  'timed-out': 'See what slows the server, the network or the destination down, or raise the time limit of the policy.',
  interrupted: 'The service stopped while this ran. What it left behind was removed; start again.',
  'ledger-unavailable':
    'The ledger did not answer while this ran. See whether its mongod runs and has disk space, then start again.',
  unclaimed: 'No server took the request in time. See that a Holdfast server runs and is not draining.',
  internal: "This is a defect of Holdfast. The server's log has the details under the operation's id.",
};

/** What to do about background work that failed stands with its reason. */
function failedHint({ code, details }: AppErrorData): string | undefined {
  return code === 'OPERATION_FAILED' ? hints[(details as Failure).reason] : undefined;
}

export const failures = {
  hint: (reason: FailureReason) => hints[reason],
  lastLines: 'The tool’s last lines',
  reason: (reason: FailureReason) => `${failureReasons[reason]}.`,
};
