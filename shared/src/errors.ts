// The catalogue of refusals: what a caller can act on. Code -> details, transport status, English message, what to do.
// Clients branch on `error.data.app.code`, never on the text.
import { z } from 'zod';
import { archiveUse } from './backup.ts';
import { lockHolder, operationKind } from './deployment.ts';
import { failure } from './failures.ts';
import { filterProblemCode, filterProblemText } from './filter-problem.ts';

const nothing = z.object({});

/**
 * - `copy-mode`: merge or exact, into databases that do not exist yet.
 * - `exact-of-collections`: exact, of single collections.
 * - `exact-of-part`: exact, of a backup that was made of single collections.
 * - `view-collation`: views that stay, which are named, read one that would get another collation.
 */
const restoreOptionsProblem = z.enum(['copy-mode', 'exact-of-collections', 'exact-of-part', 'view-collation']);

const restoreOptionsProblems: Record<z.infer<typeof restoreOptionsProblem>, string> = {
  'copy-mode': 'A copy goes into databases that do not exist yet: there is nothing to merge with, and nothing to drop.',
  'exact-of-collections':
    'The mode exact is for whole databases: of a database, it drops what the backup does not have.',
  'exact-of-part': 'The backup was made of single collections, so that nobody can say what it does not have.',
  'view-collation':
    'Views that stay read one that would get another collation, which the server does not take. Remove these first, or leave that one out:',
};
const named = z.object({ id: z.string() });

interface Entry<D extends z.ZodObject> {
  readonly details: D;
  /** The tRPC code, which decides the HTTP status. */
  readonly transport:
    | 'BAD_REQUEST'
    | 'UNAUTHORIZED'
    | 'FORBIDDEN'
    | 'NOT_FOUND'
    | 'CONFLICT'
    | 'PRECONDITION_FAILED'
    | 'PAYLOAD_TOO_LARGE'
    | 'TOO_MANY_REQUESTS'
    | 'SERVICE_UNAVAILABLE'
    | 'TIMEOUT';
  readonly message: (details: z.infer<D>) => string;
  readonly hint: string;
}

function entry<D extends z.ZodObject>(value: Entry<D>): Entry<D> {
  return value;
}

export const errorCatalogue = {
  OPERATION_IN_PROGRESS: entry({
    details: z.object({ deploymentName: z.string(), holder: lockHolder }),
    transport: 'CONFLICT',
    message: ({ deploymentName, holder }) =>
      `A ${holder.kind} already runs on ${deploymentName} since ${holder.since}, started by ${holder.actor.kind} ${holder.actor.id}.`,
    hint: 'Wait until it has ended, or cancel it.',
  }),
  DEPLOYMENT_NOT_FOUND: entry({
    details: named,
    transport: 'NOT_FOUND',
    message: ({ id }) => `There is no deployment ${id}.`,
    hint: 'List the deployments to see their names.',
  }),
  DEPLOYMENT_NOT_CONNECTED: entry({
    details: z.object({ name: z.string() }),
    transport: 'PRECONDITION_FAILED',
    message: ({ name }) => `${name} was recovered from its backups and has no connection string yet.`,
    hint: 'Give it one: `holdfast deployments update NAME --uri-file FILE`, or Settings, Deployments in the console.',
  }),
  DEPLOYMENT_EXISTS: entry({
    details: z.object({ name: z.string(), existing: z.string() }),
    transport: 'CONFLICT',
    message: ({ name, existing }) => `${name} is already registered as ${existing}.`,
    hint: 'Use the registered deployment, or choose another name.',
  }),
  DEPLOYMENT_UNREACHABLE: entry({
    details: z.object({ hosts: z.array(z.string()), reason: z.string(), message: z.string() }),
    transport: 'PRECONDITION_FAILED',
    message: ({ hosts, message }) => `${hosts.join(', ')}: ${message}`,
    hint: 'Check host, port, firewall, TLS options, user and password.',
  }),
  INVALID_URI: entry({
    details: z.object({ problem: z.string() }),
    transport: 'BAD_REQUEST',
    message: ({ problem }) => `The connection string cannot be used: ${problem}`,
    hint: 'It looks like mongodb://user:password@host:27017/database?authSource=admin; reserved characters are percent-encoded.',
  }),
  POLICY_NOT_FOUND: entry({
    details: named,
    transport: 'NOT_FOUND',
    message: ({ id }) => `There is no policy ${id}.`,
    hint: 'List the policies to see their ids.',
  }),
  BACKUP_NOT_FOUND: entry({
    details: named,
    transport: 'NOT_FOUND',
    message: ({ id }) => `There is no backup ${id}.`,
    hint: 'List the backups to see their ids.',
  }),
  BACKUP_NOT_RESTORABLE: entry({
    details: z.object({ id: z.string(), status: z.string() }),
    transport: 'PRECONDITION_FAILED',
    message: ({ id, status }) => `The backup ${id} is ${status}; only a completed one can be used.`,
    hint: 'Choose a completed backup.',
  }),
  ARCHIVE_UNREADABLE: entry({
    details: z.object({ key: z.string(), problem: z.string() }),
    transport: 'PRECONDITION_FAILED',
    message: ({ key, problem }) => `The archive ${key} cannot be read: ${problem}`,
    hint: 'Do not use this backup. Choose another one, and check the disk that it lies on.',
  }),
  ARCHIVE_NOT_FOUND: entry({
    details: z.object({ key: z.string() }),
    transport: 'NOT_FOUND',
    message: ({ key }) => `There is no archive ${key} at the destination.`,
    hint: 'Reconcile the destination and look at the archives that it lists.',
  }),
  ARCHIVE_IN_USE: entry({
    details: z.object({ id: z.string(), by: archiveUse, since: z.iso.datetime() }),
    transport: 'CONFLICT',
    message: ({ id, by, since }) => `The archive of the backup ${id} is in use since ${since}: ${by}.`,
    hint: 'Nothing was changed. Wait until that has ended, then try again.',
  }),
  COLLECTION_NOT_FOUND: entry({
    details: z.object({ namespace: z.string() }),
    transport: 'NOT_FOUND',
    message: ({ namespace }) =>
      `The backup holds no ${namespace.includes('.') ? 'collection' : 'database'} ${namespace}.`,
    hint: 'List the collections of the backup; a name looks like database.collection.',
  }),
  DOCUMENT_NOT_FOUND: entry({
    details: z.object({ namespace: z.string(), position: z.int() }),
    transport: 'NOT_FOUND',
    message: ({ namespace, position }) => `The backup's ${namespace} has no document number ${position}.`,
    hint: 'Documents are numbered from 0, as `holdfast backups documents` lists them.',
  }),
  PUT_BACK_IMPOSSIBLE: entry({
    details: z.object({ namespace: z.string(), why: z.enum(['excluded', 'view', 'timeseries', 'not-there']) }),
    transport: 'PRECONDITION_FAILED',
    message: ({ namespace, why }) => `Single documents cannot be put back into ${namespace}: ${putBackProblems[why]}.`,
    hint: 'Nothing was changed. Restore the collection instead, into a copy or in place.',
  }),
  PUT_BACK_TOO_LARGE: entry({
    details: z.object({ maxBytes: z.int() }),
    transport: 'PAYLOAD_TOO_LARGE',
    message: ({ maxBytes }) =>
      `The documents and the live ones beside them are more than the ${maxBytes / 1_048_576} MiB that are put back at once.`,
    hint: 'Choose fewer documents, or restore the collection.',
  }),
  FILTER_INVALID: entry({
    details: z.object({
      problem: z.enum(filterProblemCode),
      at: z.int().nullable(),
      subject: z.string().nullable(),
    }),
    transport: 'BAD_REQUEST',
    message: (details) => `The filter cannot be used: ${filterProblemText(details)}.`,
    hint: 'Write fields and the values that they must equal, as extended JSON: {"status": "paid"}, {"_id": {"$oid": "507f1f77bcf86cd799439011"}}, {"items.sku": 7}.',
  }),
  NOT_ALLOWED: entry({
    details: z.object({ what: z.string() }),
    transport: 'FORBIDDEN',
    message: ({ what }) => `You may not ${what}.`,
    hint: 'Ask an administrator.',
  }),
  DESTINATION_NOT_FOUND: entry({
    details: named,
    transport: 'NOT_FOUND',
    message: ({ id }) => `There is no destination ${id}.`,
    hint: 'List the destinations to see their names.',
  }),
  DESTINATION_EXISTS: entry({
    details: z.object({ name: z.string(), existing: z.string() }),
    transport: 'CONFLICT',
    message: ({ name, existing }) => `${name} is already known as the destination ${existing}.`,
    hint: 'Use that one, or choose another name or place.',
  }),
  DESTINATION_INVALID: entry({
    details: z.object({ problem: z.string() }),
    transport: 'BAD_REQUEST',
    message: ({ problem }) => `The destination cannot be used: ${problem}`,
    hint: 'A folder is given as file:/path/to/backups, a bucket as s3://bucket/prefix; credentials are never part of it.',
  }),
  DESTINATION_UNREACHABLE: entry({
    details: z.object({ url: z.string(), reason: z.string(), message: z.string() }),
    transport: 'PRECONDITION_FAILED',
    message: ({ url, message }) => `${url}: ${message}`,
    hint: 'Nothing was changed. See that the place is there, and that this server may write to it.',
  }),
  DESTINATION_IN_USE: entry({
    details: z.object({ name: z.string(), deployments: z.array(z.string()), onlyCopies: z.int().nonnegative() }),
    transport: 'CONFLICT',
    message: ({ name, deployments, onlyCopies }) =>
      [
        ...(deployments.length > 0 ? [`The policies of ${deployments.join(', ')} write to ${name}.`] : []),
        ...(onlyCopies > 0 ? [`${onlyCopies} backups lie nowhere else than at ${name}.`] : []),
      ].join(' '),
    hint: 'Change those policies, and wait until the backups are copied elsewhere or delete them.',
  }),
  BACKUP_EXISTS: entry({
    details: z.object({ id: z.string(), status: z.string() }),
    transport: 'CONFLICT',
    message: ({ id, status }) => `The ledger knows the backup ${id} already: it is ${status}.`,
    hint: 'Only an archive whose backup the ledger does not know, or calls missing, can be adopted.',
  }),
  DEPLOYMENT_UNKNOWN: entry({
    details: z.object({ key: z.string(), deploymentName: z.string(), hosts: z.array(z.string()) }),
    transport: 'PRECONDITION_FAILED',
    message: ({ deploymentName, hosts }) =>
      `The archive is of ${deploymentName} (${hosts.join(', ')}), which is not registered here.`,
    hint: 'Say for which registered deployment it is to be adopted, or register that one first.',
  }),
  ENCRYPTION_KEY_NOT_FOUND: entry({
    details: named,
    transport: 'NOT_FOUND',
    message: ({ id }) => `There is no encryption key ${id}.`,
    hint: 'List the keys to see their names: `holdfast keys`, or the settings of the console.',
  }),
  ENCRYPTION_KEY_EXISTS: entry({
    details: z.object({ name: z.string(), existing: z.string() }),
    transport: 'CONFLICT',
    message: ({ name, existing }) => `The key ${name} cannot be added: ${existing} has this name or this public key.`,
    hint: 'Choose another name, or use the key that is there. Names of retired keys are not used again.',
  }),
  ENCRYPTION_KEY_INVALID: entry({
    details: z.object({ problem: z.string() }),
    transport: 'BAD_REQUEST',
    message: ({ problem }) => `The key cannot be used: ${problem}`,
    hint: 'A public key begins with age1; `age-keygen` prints one and keeps the secret key in its file.',
  }),
  ENCRYPTION_KEY_RETIRED: entry({
    details: z.object({ name: z.string() }),
    transport: 'PRECONDITION_FAILED',
    message: ({ name }) => `The key ${name} is retired.`,
    hint: 'Choose another key, or make a new one.',
  }),
  ENCRYPTION_KEY_IN_USE: entry({
    details: z.object({
      name: z.string(),
      isDefault: z.boolean(),
      policies: z.int().nonnegative(),
      backups: z.int().nonnegative(),
    }),
    transport: 'CONFLICT',
    message: ({ name, ...uses }) => `The key ${name} is needed: ${usesOf(uses).join(', ')}.`,
    hint: 'Nothing was changed. Use another key for new backups; once no backup needs this one, it can be retired.',
  }),
  ENCRYPTION_KEY_MISSING: entry({
    details: nothing,
    transport: 'PRECONDITION_FAILED',
    message: () => 'There is no encryption key yet.',
    hint: 'Make one first: `holdfast keys create NAME`, or the settings of the console.',
  }),
  RECOVERY_KIT_REQUIRED: entry({
    details: z.object({ keys: z.array(z.string()) }),
    transport: 'PRECONDITION_FAILED',
    message: ({ keys }) => `No confirmed recovery kit holds ${keys.join(', ')}.`,
    hint: 'Download a recovery kit, open it, and enter the code that stands in it. Without a kit, encrypted backups are lost together with this server.',
  }),
  RECOVERY_KIT_NOT_FOUND: entry({
    details: nothing,
    transport: 'NOT_FOUND',
    message: () => 'There is no such recovery kit, or a newer one has taken its place.',
    hint: 'Download a new kit and enter its code.',
  }),
  RECOVERY_KIT_CODE_WRONG: entry({
    details: nothing,
    transport: 'PRECONDITION_FAILED',
    message: () => 'This is not the code of the newest recovery kit.',
    hint: 'Open the kit that was downloaded last with its passphrase (`age -d KIT`): the code stands at its beginning.',
  }),
  IMPORT_NAMESPACE_MISSING: entry({
    details: z.object({ fileName: z.string() }),
    transport: 'BAD_REQUEST',
    message: ({ fileName }) => `${fileName} has the documents of one collection, and does not say of which.`,
    hint: 'Name it as database.collection. On the command line: --namespace shop.orders.',
  }),
  IMPORT_TOO_LARGE: entry({
    details: z.object({ maxBytes: z.number() }),
    transport: 'PAYLOAD_TOO_LARGE',
    message: ({ maxBytes }) => `The dump has more than the ${Math.round(maxBytes / 1e9)} GB that may be imported.`,
    hint: 'Nothing was imported. Raise HOLDFAST_IMPORT_MAX_GB on the server; it counts decompressed bytes.',
  }),
  TOO_MANY_DOWNLOADS: entry({
    details: z.object({ most: z.int() }),
    transport: 'TOO_MANY_REQUESTS',
    message: ({ most }) => `This server gives out ${most} collections already.`,
    hint: 'Wait until one of these downloads has ended.',
  }),
  TOO_MANY_IMPORTS: entry({
    details: z.object({ most: z.int() }),
    transport: 'TOO_MANY_REQUESTS',
    message: ({ most }) => `This server imports ${most} dumps already.`,
    hint: 'Wait until one of them has ended.',
  }),
  RESTORE_NOT_FOUND: entry({
    details: named,
    transport: 'NOT_FOUND',
    message: ({ id }) => `There is no restore ${id}.`,
    hint: 'List the restores to see their ids.',
  }),
  RESTORE_TEST_IN_PROGRESS: entry({
    details: z.object({ id: z.string(), since: z.string() }),
    transport: 'CONFLICT',
    message: ({ since }) => `The restore of this backup is being tested since ${since}.`,
    hint: 'Wait for it, or cancel it.',
  }),
  RESTORE_TEST_NOT_RUNNING: entry({
    details: named,
    transport: 'CONFLICT',
    message: () => 'No restore test of this backup is asked for or running.',
    hint: 'There is nothing to cancel any more.',
  }),
  OPERATION_NOT_FOUND: entry({
    details: named,
    transport: 'NOT_FOUND',
    message: ({ id }) => `There is no operation ${id}.`,
    hint: 'List the operations to see their ids.',
  }),
  OPERATION_ENDED: entry({
    details: z.object({ id: z.string(), kind: operationKind, status: z.string() }),
    transport: 'CONFLICT',
    message: ({ kind, status }) => `The ${kind} has already ended: ${status}.`,
    hint: 'There is nothing left to cancel.',
  }),
  WRONG_WORKER: entry({
    details: z.object({ id: z.string() }),
    transport: 'CONFLICT',
    message: ({ id }) => `The operation ${id} belongs to another server, or has ended.`,
    hint: 'The server that holds it goes on; this one stops its part.',
  }),
  PLAN_NOT_FOUND: entry({
    details: named,
    transport: 'NOT_FOUND',
    message: () => 'The restore plan does not exist or has expired.',
    hint: 'Make a new plan and confirm that one.',
  }),
  PLAN_OUTDATED: entry({
    details: named,
    transport: 'CONFLICT',
    message: () => 'The deployment has changed since the plan was made: a collection was added, removed or altered.',
    hint: 'Nothing was changed. Make a new plan, look at it, and confirm that one.',
  }),
  UNDO_UNAVAILABLE: entry({
    details: z.object({
      id: z.string(),
      why: z.enum(['nothing-replaced', 'undone', 'dropped', 'not-completed', 'newer-restore', 'not-allowed']),
      /** The newer restore, which has to be taken back first. */
      by: z.string().optional(),
    }),
    transport: 'CONFLICT',
    message: ({ why }) => `The restore cannot be taken back: ${undoProblems[why]}.`,
    hint: 'Nothing was changed. Mend what stands in the way, or restore a backup instead.',
  }),
  CONFIRMATION_MISMATCH: entry({
    details: z.object({ expected: z.string() }),
    transport: 'PRECONDITION_FAILED',
    message: ({ expected }) => `The confirmation does not match: type ${expected} exactly.`,
    hint: 'Nothing was changed. Type the name as it is shown.',
  }),
  TARGET_EXISTS: entry({
    details: z.object({ databases: z.array(z.string()) }),
    transport: 'CONFLICT',
    message: ({ databases }) => `These databases are in the way: ${databases.join(', ')}.`,
    hint: 'Choose another suffix, or remove those databases first. The server holds names alike that differ in upper and lower case alone.',
  }),
  TARGET_NAME_INVALID: entry({
    details: z.object({ name: z.string() }),
    transport: 'BAD_REQUEST',
    message: ({ name }) => `"${name}" cannot be a name in the copy.`,
    hint: 'Choose a shorter suffix: a database has at most 63 bytes, with a collection behind it 255. A collection with a line break in its name comes back in place only.',
  }),
  RESTORE_OPTIONS_INVALID: entry({
    details: z.object({ problem: restoreOptionsProblem, namespaces: z.array(z.string()).optional() }),
    transport: 'BAD_REQUEST',
    message: ({ problem, namespaces }) =>
      namespaces === undefined
        ? restoreOptionsProblems[problem]
        : `${restoreOptionsProblems[problem]} ${namespaces.join(', ')}.`,
    hint: 'Nothing was changed. Leave the mode out (replace), or choose another target or other namespaces.',
  }),
  NAMESPACE_PROTECTED: entry({
    details: z.object({ namespace: z.string() }),
    transport: 'BAD_REQUEST',
    message: ({ namespace }) =>
      `${namespace} is never restored there: it would be Holdfast's ledger or the server's own.`,
    hint: 'Leave it out. To look at what it holds, restore it into a copy, or read it with `holdfast backups documents`.',
  }),
  TOOL_MISSING: entry({
    details: z.object({ tool: z.string() }),
    transport: 'PRECONDITION_FAILED',
    message: ({ tool }) => `${tool} was not found.`,
    hint: 'Install the MongoDB Database Tools, or name them with MONGODUMP_PATH and MONGORESTORE_PATH; `holdfast doctor` shows what is found.',
  }),
  CONFIGURATION_INVALID: entry({
    details: z.object({ problems: z.array(z.string()) }),
    transport: 'BAD_REQUEST',
    message: ({ problems }) => `The configuration cannot be imported: ${problems.join('; ')}`,
    hint: 'Nothing was changed. Correct the file and preview it again.',
  }),
  CONFIGURATION_CHANGED: entry({
    details: nothing,
    transport: 'CONFLICT',
    message: () => 'The configuration has changed since the preview.',
    hint: 'Preview the import again and apply that one.',
  }),
  OPERATION_FAILED: entry({
    details: failure,
    transport: 'PRECONDITION_FAILED',
    message: ({ message }) => message,
    hint: 'The details say what to do.',
  }),
  SHARDED_UNSUPPORTED: entry({
    details: nothing,
    transport: 'PRECONDITION_FAILED',
    message: () => 'A sharded cluster cannot be restored in place, and to one of its shards nothing can be restored.',
    hint: "Nothing was changed. Restore by hand with the steps in the archive's RESTORE.txt.",
  }),
  NOT_SIGNED_IN: entry({
    details: nothing,
    transport: 'UNAUTHORIZED',
    message: () => 'Sign in first, or send the administrator key.',
    hint: "Send `Authorization: Bearer <key>`; the key's file is named where the server was started. In the browser use a code from `holdfast login-code`.",
  }),
  LOGIN_CODE_INVALID: entry({
    details: nothing,
    transport: 'UNAUTHORIZED',
    message: () => 'The code is wrong, used or expired.',
    hint: 'Make a new one with `holdfast login-code`; it is good for ten minutes and once.',
  }),
  TOO_MANY_ATTEMPTS: entry({
    details: z.object({ retryAfterSeconds: z.int() }),
    transport: 'FORBIDDEN',
    message: ({ retryAfterSeconds }) => `Too many attempts. Try again in ${retryAfterSeconds} s.`,
    hint: 'Wait, then use a fresh code.',
  }),
  LEDGER_UNAVAILABLE: entry({
    details: nothing,
    transport: 'SERVICE_UNAVAILABLE',
    message: () => 'The ledger does not answer.',
    hint: 'Wait a moment; if it stays, see whether its mongod runs and has disk space.',
  }),
} as const;

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

function usesOf(uses: { isDefault: boolean; policies: number; backups: number }): string[] {
  const { isDefault, policies, backups } = uses;
  return [
    ...(isDefault ? ['new backups are encrypted for it'] : []),
    ...(policies > 0 ? [`${policies} ${policies === 1 ? 'policy names' : 'policies name'} it`] : []),
    ...(backups > 0 ? [`${backups} ${backups === 1 ? 'backup cannot' : 'backups cannot'} be opened without it`] : []),
  ];
}

export type ErrorCode = keyof typeof errorCatalogue;
export type ErrorDetails<C extends ErrorCode> = z.infer<(typeof errorCatalogue)[C]['details']>;

/** What stands in `error.data.app` of a tRPC error that a caller can act on. */
export interface AppErrorData<C extends ErrorCode = ErrorCode> {
  readonly code: C;
  readonly details: ErrorDetails<C>;
  readonly hint: string;
}

/** A refusal: thrown by deciders and the API, mapped to the wire in one place. */
export class AppError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'AppError';
  readonly code: C;
  readonly details: ErrorDetails<C>;

  constructor(code: C, details: ErrorDetails<C>) {
    super((errorCatalogue[code].message as (details: ErrorDetails<C>) => string)(details));
    this.code = code;
    this.details = details;
  }

  get hint(): string {
    return errorCatalogue[this.code].hint;
  }
}
