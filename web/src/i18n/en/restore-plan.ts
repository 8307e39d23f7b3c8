import type { RestoreMode, RestoreTarget, SwapMethod } from '@holdfast/shared/restore';
import type {
  DocumentDifference,
  MissingRight,
  PlanAction,
  PlanDrift,
  PlanNamespace,
  PlanWarningCode,
  RestorePlan,
} from '@holdfast/shared/restore-plan';
import { createFormats } from '../formats.ts';

const f = createFormats('en');

const kindOf = (name: string) => (name === 'timeseries' ? 'time-series' : name);

const sides: Record<PlanDrift['change'], string> = {
  added: 'only in the backup',
  removed: 'only live',
  changed: 'differs',
};

const driftWords: Record<PlanDrift['what'], Record<PlanDrift['change'], (name: string) => string>> = {
  index: {
    added: (name) => `The index ${name} comes back: it is only in the backup.`,
    removed: (name) => `The index ${name} goes: it is only live.`,
    changed: (name) => `The index ${name} becomes what it was.`,
  },
  option: {
    added: (name) => `The option ${name} comes back: it is only in the backup.`,
    removed: (name) => `The option ${name} goes: it is only live.`,
    changed: (name) => `The option ${name} becomes what it was.`,
  },
  validator: {
    added: () => 'The validator comes back: there is none now.',
    removed: () => 'The validator goes: the backup has none.',
    changed: () => 'The validator becomes what it was.',
  },
  view: {
    added: (name) => `The view becomes what it was, on ${name}.`,
    removed: (name) => `The view becomes what it was, on ${name}.`,
    changed: (name) => `The view becomes what it was, on ${name}.`,
  },
  type: {
    added: (name) => `It becomes a ${kindOf(name)}.`,
    removed: (name) => `It becomes a ${kindOf(name)}.`,
    changed: (name) => `It becomes a ${kindOf(name)}.`,
  },
};

/** Actions, by where they are missing. */
function rightWords(rights: readonly MissingRight[]): string[] {
  const placeOf = ({ database, collection }: MissingRight) =>
    `${database ?? 'every database'}${collection === null ? '' : `.${collection}`}`;
  return [...Map.groupBy(rights, placeOf)].map(
    ([place, found]) => `${found.map(({ action }) => action).join(', ')} on ${place}`,
  );
}

const warningTexts: Record<PlanWarningCode, (plan: RestorePlan) => string> = {
  REPLACES_LIVE_DATA: () => 'What was written to these since the backup is not live any more after the swap.',
  DROPS_COLLECTIONS: () => 'The backup does not have these, and the mode is exact.',
  NEWER_DATA_LOST: () =>
    'Documents that are live now are not in the backup, and go. Compare the documents to see which.',
  NOT_ATOMIC: () =>
    'These cannot be renamed. They are written last, after all others have been swapped. What is written to a time-series among them between the safety backup and then is lost, and what is written after the swap to a collection that becomes one of these.',
  SWAPPED_IN_GROUPS: () =>
    'In one command everybody would wait too long. No acknowledged write is lost; readers see some before the swap and some after it for a while.',
  WRITES_MAY_BE_LOST: () =>
    'What applications write within the milliseconds between two renames is lost. Stop them, or give Holdfast the role that swaps all at once: holdfast doctor prints the command.',
  RIGHTS_MISSING: ({ missingRights, emptyTimestamps }) =>
    [
      'The user in the connection string may not do all that this restore needs. As long as that is so, it fails, with live data as it was.',
      ...(missingRights ? [`Missing: ${f.list(rightWords(missingRights))}.`] : []),
      ...(emptyTimestamps ? ['Documents with an empty timestamp (0, 0) come back only by an update.'] : []),
      '`holdfast doctor` prints the rights to give.',
    ].join(' '),
  CHANGE_STREAMS_END: () => 'Whoever listens to these has to open a new stream after the swap.',
  TYPE_CHANGES: () => 'Live and in the backup they are of different kinds: collection, view or time-series.',
  STRUCTURE_DIFFERS: ({ options }) =>
    options.mode === 'merge'
      ? 'A merge leaves those that are live. An index may refuse documents, a validator does not. Each row says which.'
      : 'Indexes, options or validators become what they were. Each row says which.',
  VIEW_BASE_MISSING: () => 'What they read is neither restored nor live.',
  LEFT_OUT: () => 'They would be Holdfast’s ledger, or the server’s own, where this goes.',
  NOT_MERGED: () => 'These cannot be merged document by document, and are left as they are.',
  TTL_EXPIRES: ({ namespaces, options }) => {
    const expired = namespaces.reduce((sum, row) => sum + (row.expired ?? 0), 0);
    const found =
      expired === 0
        ? 'What has expired'
        : `${documents(expired)} of the backup ${expired === 1 ? 'has' : 'have'} expired and`;
    const what =
      options.mode === 'merge'
        ? 'A merge goes by the TTL indexes that are live.'
        : 'Leave the TTL indexes out to keep them.';
    return `${found} would vanish within a minute of the restore. ${what}`;
  },
  USERS_VANISH: ({ users }) =>
    users?.vanish
      ? `Not in the backup: ${f.list(users.notInBackup)}. Who signs in as one of them cannot any more.`
      : 'Who signs in as one of them cannot any more.',
  USERS_NOT_IN_BACKUP: () => 'The backup holds no users and no roles. Those that there are stay.',
  SERVER_VERSION_DIFFERS: ({ versions }) =>
    `The backup is of MongoDB ${versions.backupServer}; the server runs ${versions.server}.`,
  TOOL_VERSION_DIFFERS: ({ versions }) =>
    `The backup was made by mongodump ${versions.backupTool}; the tools here are ${versions.tool ?? 'missing'}.`,
  SPACE_SHORT: ({ space }) =>
    `${f.bytes(space.neededBytes)} needed, ${f.bytes(space.freeBytes ?? 0)} free. The copy may not fit beside what is there.`,
  SPACE_UNKNOWN: ({ space }) =>
    `${f.bytes(space.neededBytes)} are needed, and the server does not say how much is free. See to it yourself.`,
  OPLOG_SHORT: ({ oplog }) =>
    oplog
      ? `The restore writes about ${f.bytes(oplog.growthBytes)} into an oplog of ${f.bytes(oplog.maxBytes)}: members that are behind may not catch up.`
      : 'Members that are behind may not catch up.',
  UNDO_LIMITED: ({ options }) => {
    const isMerge = options.mode === 'merge';
    if (options.undoHours === 0)
      return isMerge
        ? 'It is not recorded what is inserted: this restore cannot be taken back.'
        : 'Nothing of what is replaced is kept: this restore cannot be taken back.';
    return isMerge
      ? 'Taking it back removes the inserted documents that are still as they were inserted, and no others.'
      : 'For these, taking the restore back means to write what a safety backup holds.';
  },
  UNDO_NOT_ALLOWED: () =>
    'The user in the connection string may not remove and update documents: this merge can be taken back only once it may. holdfast doctor prints the rights to give.',
};

export const restorePlan = {
  action: {
    added: 'added',
    replaced: 'replaced',
    merged: 'merged',
    dropped: 'dropped',
    untouched: 'untouched',
  } satisfies Record<PlanAction, string>,
  actionCount: (action: PlanAction, count: number) => f.plural(count, actionPlurals[action]),
  after: 'After',
  allNamespaces: 'All',
  atMost: (count: number) => `at most ${f.count(count)}`,
  backupServer: 'MongoDB then',
  backupTool: 'mongodump then',
  andMore: (count: number) => `and ${f.count(count)} more`,
  back: 'Back',
  backedUpFirst: (names: readonly string[], more: number) =>
    `Before the swap a backup is taken of ${f.list(withMore(names, more))}.`,
  becomesOf: (drift: PlanDrift) => driftWords[drift.what][drift.change](drift.name),
  change: 'Change',
  chooseCollections: 'Collections to restore',
  chosenCount: (count: number) =>
    count === 0
      ? 'Nothing chosen yet.'
      : `${f.plural(count, { one: '1 name', other: `${f.count(count)} names` })} chosen.`,
  compare: 'Compare documents',
  compareAgain: 'Compare again',
  compareText: 'Both sides are read and compared by _id. That takes a while on a large collection.',
  comparing: 'Comparing…',
  chooseDeployment: 'Choose the deployment that it goes into: its own is removed from Holdfast.',
  compared: {
    onlyLive: (count: number) => `${documents(count)} only here`,
    onlyInBackup: (count: number) => `${documents(count)} only in the backup`,
    changed: (count: number) => `${documents(count)} ${f.plural(count, { one: 'differs', other: 'differ' })}`,
    same: (count: number) => `${documents(count)} equal`,
  },
  comparedText: (kind: keyof DocumentDifference, isMerge: boolean): string =>
    comparedTexts[isMerge ? 'merge' : 'replace'][kind as 'same'],
  copyOn: (hosts: readonly string[]) => `into a copy on ${hosts.join(', ')}`,
  continue: 'Continue to confirm…',
  deployment: 'Deployment',
  deploymentOwn: (name: string) => `${name} (of the backup)`,
  deploymentRemoved: (name: string) => `${name}, removed`,
  drop: (namespace: PlanNamespace) =>
    `${namespace.target} will be dropped${namespace.documentsNow === null ? '' : `: ${documents(namespace.documentsNow)}`}${namespace.bytesNow === null ? '' : `, ${f.bytes(namespace.bytesNow)}`}`,
  dropAck: 'I have seen this and mean it',
  dropAckMany: (count: number) => `I have seen these ${f.count(count)} and mean it`,
  dropMany: (count: number, database: string) => `${f.count(count)} collections of ${database} will be dropped`,
  dropped: 'Dropped',
  dropsMany: (count: number) => `${collections(count)} will be dropped`,
  dropWhy: (count: number, undoHours: number): string => {
    const them = count === 1 ? 'it' : 'them';
    const after =
      undoHours === 0
        ? `With an undo of 0 hours nothing can bring ${them} back.`
        : `After the swap only the undo can bring ${them} back.`;
    return `The backup does not have ${them}, and you chose exact, which removes what the backup does not have. ${after}`;
  },
  dropsCount: (count: number) => `Drops ${collections(count)}`,
  effect: 'Effect',
  expectedTime: 'Expected time',
  expectedAbout: (duration: string) => `About ${duration}, as restores and restore tests before took.`,
  expectedUnknown: 'Not known: nothing like it has been restored yet.',
  expired: 'This plan does not hold any more.',
  expires: (duration: string) => `The plan holds for ${duration}, or until a collection comes or goes.`,
  expiredDocuments: (count: number) =>
    `${documents(count)} ${count === 1 ? 'has' : 'have'} expired: a TTL index removes ${count === 1 ? 'it' : 'them'} at once.`,
  expiredNote: (count: number) => `${f.count(count)} expired`,
  facts: {
    from: 'From',
    into: 'Into',
    swap: 'How it takes its place',
    oplog: 'Oplog',
    users: 'Users and roles',
    versions: 'Versions',
  },
  filterBy: 'Show',
  find: 'Find a collection',
  foundCount: (count: number) => `${collections(count)} shown`,
  gone: 'gone',
  growth: 'This restore writes',
  inPlaceOn: (hosts: readonly string[]) => `in place on ${hosts.join(', ')}`,
  indexesDiffer: (change: PlanDrift['change'], count: number): string =>
    change === 'removed'
      ? f.plural(count, { one: '1 index only live', other: `${f.count(count)} indexes only live` })
      : change === 'added'
        ? f.plural(count, { one: '1 index only in the backup', other: `${f.count(count)} indexes only in the backup` })
        : f.plural(count, { one: '1 index differs', other: `${f.count(count)} indexes differ` }),
  driftKept: 'A merge leaves these as they are live:',
  driftKeptOf: ({ what, name, change }: PlanDrift) =>
    `${[what === 'type' ? 'kind' : what, ...(what === 'validator' ? [] : [kindOf(name)])].join(' ')}: ${sides[change]}`,
  driftNote: {
    validator: 'validator differs',
    option: 'options differ',
    view: 'view differs',
    type: 'of another kind',
  },
  keep: (count: number): string => (count === 1 ? 'Keep it' : 'Keep them'),
  lead: 'Nothing live has changed.',
  leadText: (clock: string) => `This plan compares the backup with what was live at ${clock}.`,
  loadingCollections: 'Reading what the backup holds…',
  methodNote: { rewrite: 'written last', define: 'defined anew' },
  mendFirst: 'Correct what is marked above first.',
  mode: 'Mode',
  modeName: { replace: 'Replace', merge: 'Merge', exact: 'Exact' } satisfies Record<RestoreMode, string>,
  modeText: {
    replace: 'Collections that the backup has are replaced whole. The others stay.',
    merge: 'Documents that are missing are inserted. Nothing is replaced; what collides is reported.',
    exact: 'Afterwards live holds what the backup holds, nothing else: what the backup does not have is dropped.',
  } satisfies Record<RestoreMode, string>,
  more: 'More',
  moreRows: (count: number) => `Show ${f.count(count)} more`,
  namespace: 'Namespace',
  needed: 'Needed while it runs',
  free: 'Free',
  freeUnknown: 'The server does not say.',
  keptForUndo: 'Kept for the undo',
  newPlan: 'Make a new plan',
  noRow: 'No collection is like that.',
  note: 'Note',
  now: 'Live now',
  notThere: 'missing',
  oplogOf: (max: number, seconds: number) => `of ${f.bytes(max)}, which now reaches ${f.duration(seconds * 1000)} back`,
  planning: 'Comparing the backup with what is live…',
  prefix: 'Prefix',
  readFirst: 'Read before you go on',
  registerDeployment: 'Register the deployment that it goes into: its own is removed from Holdfast.',
  safety: 'Back up all that is live first',
  safetyText: 'Else only what no rename can take back, if there is any: time-series, views, users.',
  scope: 'What',
  scopeName: { everything: 'Everything in the backup', chosen: 'Chosen collections' },
  nothingChosen: 'Tick at least one database or collection.',
  tooManyChosen: 'At most 1,000 names fit into one plan. Choose whole databases, or restore in two steps.',
  searchTree: 'Find in the backup',
  server: 'MongoDB now',
  space: {
    enough: 'Space: enough',
    short: 'Space: too little',
    unknown: 'Space: not known',
  },
  step: { plan: 'Plan', confirm: 'Confirm', restore: 'Restore', result: 'Result' },
  stepOf: (step: number) => `Step ${step} of 4`,
  steps: 'Steps',
  suffix: 'Suffix',
  affixHint: 'Before and behind the databases’ names. Both left empty, Holdfast chooses a suffix.',
  affixProblem: 'It has 1 to 32 letters, digits, hyphens or underscores.',
  swapText: {
    'apply-ops': 'All collections at once, in one command: nobody sees a part of it.',
    groups: 'In groups of collections, each group at once. No acknowledged write is lost.',
    renames: 'Collection by collection, each away for some milliseconds. What is written in between is lost.',
  } satisfies Record<SwapMethod | 'groups', string>,
  swapMerge: 'Batch by batch, into the live collections. Nothing that is there is replaced.',
  swapNone: 'Into new databases. Nothing live is touched.',
  title: (name: string, moment: string) => `Restore ${name} to ${moment}`,
  toggleCollections: (database: string) => `Collections of ${database}`,
  tool: 'Tools here',
  toolMissing: 'not found',
  ttl: 'Build TTL indexes',
  ttlText: 'What has expired vanishes within a minute. Left out, they become ordinary indexes and nothing expires.',
  undoHours: 'Keep an undo for (hours)',
  undoHoursHint: '0 to 720. What is replaced stays beside the live data meanwhile; 0 keeps nothing.',
  undoHoursProblem: 'A whole number of hours from 0 to 720.',
  uponViews: (view: string) => `It reads ${view}.`,
  users: 'Users and roles too',
  usersAmong: 'users and roles',
  usersAdded: (names: readonly string[]) => `Come back: ${f.list(first(names))}.`,
  usersChanged: (names: readonly string[]) => `Become what they were: ${f.list(first(names))}.`,
  usersEffect: 'Users and roles are restored too',
  usersStay: (names: readonly string[]) => `Not in the backup, stay: ${f.list(first(names))}.`,
  usersNotInCopy: 'Only in place: the databases of a copy have no users.',
  usersText: 'The backup holds them. Holdfast’s own user stays as it is.',
  usersVanish: (names: readonly string[]) => `These users and roles vanish: ${f.list(names)}.`,
  usersSame: 'As they are in the backup.',
  type: { view: 'view', timeseries: 'time-series' },
  warning: {
    REPLACES_LIVE_DATA: 'Live data is replaced.',
    DROPS_COLLECTIONS: 'Collections are dropped.',
    NEWER_DATA_LOST: 'Newer data will be lost.',
    NOT_ATOMIC: 'Not everything is swapped at once.',
    SWAPPED_IN_GROUPS: 'The collections are swapped in groups.',
    WRITES_MAY_BE_LOST: 'Writes during the swap may be lost.',
    RIGHTS_MISSING: 'Rights are missing.',
    CHANGE_STREAMS_END: 'Change streams end.',
    TYPE_CHANGES: 'Something changes its kind.',
    STRUCTURE_DIFFERS: 'Indexes, options or validators differ.',
    VIEW_BASE_MISSING: 'Views will show nothing.',
    LEFT_OUT: 'Something is left out.',
    NOT_MERGED: 'Not everything can be merged.',
    TTL_EXPIRES: 'Expired documents will vanish.',
    USERS_VANISH: 'Users or roles vanish.',
    USERS_NOT_IN_BACKUP: 'The backup has no users.',
    SERVER_VERSION_DIFFERS: 'The server’s version differs.',
    TOOL_VERSION_DIFFERS: 'The tools’ version differs.',
    SPACE_SHORT: 'Too little space.',
    SPACE_UNKNOWN: 'The free space is not known.',
    OPLOG_SHORT: 'The oplog is short.',
    UNDO_LIMITED: 'The undo is limited.',
    UNDO_NOT_ALLOWED: 'The undo is not allowed.',
  } satisfies Record<PlanWarningCode, string>,
  warningNames: (names: readonly string[], more: number) => withMore(names, more).join(', '),
  warningText: (code: PlanWarningCode, plan: RestorePlan) => warningTexts[code](plan),
  where: 'Where the data goes',
  targetText: {
    copy: 'New databases beside the live ones. Nothing live changes.',
    original: 'Takes the place of what is live. Asks for a name to be typed.',
  } satisfies Record<RestoreTarget['kind'], string>,

  confirmTitle: (name: string) => `Restore ${name}?`,
  confirmDo: (name: string) => `Restore ${name}`,
  confirmMissing: (ticks: boolean, phrase: boolean): string =>
    ticks && phrase
      ? 'Tick each box and type the name. Enter alone starts nothing.'
      : ticks
        ? 'Tick each box.'
        : 'Type the name. Enter alone starts nothing.',
  confirmDiffers: 'The name does not match yet.',
  typePhrase: 'To go on, type',
  replaces: (replaced: number, added: number) =>
    `${collections(replaced)} ${f.plural(replaced, { one: 'is', other: 'are' })} replaced${added === 0 ? '' : `, ${f.count(added)} ${f.plural(added, { one: 'is', other: 'are' })} added`}`,
  merges: (merged: number, added: number) =>
    `Missing documents are inserted into ${collections(merged)}${added === 0 ? '' : `, ${f.count(added)} ${f.plural(added, { one: 'is', other: 'are' })} added`}`,
  mergesText: 'Nothing that is there is replaced.',
  adds: (added: number) => `${collections(added)} ${f.plural(added, { one: 'is', other: 'are' })} added`,
  loses: (name: string) => `What was written to them on ${name} since the backup is lost.`,
  staysUntilProved: 'Live data stays as it is until the copy has proved whole',
  staysUntilVerified: 'Live data stays as it is until the archive has proved whole',
  canBeUndone: (hours: number, isMerge: boolean): string => {
    if (isMerge)
      return hours === 0
        ? 'An undo of 0 hours: what is inserted cannot be taken back.'
        : `What is inserted can be taken back for ${hoursText(hours)}.`;
    return hours === 0
      ? 'An undo of 0 hours: what is replaced is gone after the swap.'
      : `What is replaced can be brought back for ${hoursText(hours)} after the swap.`;
  },
  safetyFirst: 'All that is live is backed up first.',
};

const comparedTexts = {
  replace: {
    onlyLive: 'A restore in place takes them away.',
    onlyInBackup: 'They come back.',
    changed: 'They become what they were.',
    same: 'They stay what they are.',
  },
  merge: {
    onlyLive: 'They stay.',
    onlyInBackup: 'They are inserted.',
    changed: 'They stay as they are live.',
    same: 'They stay what they are.',
  },
};

const actionPlurals: Record<PlanAction, { one: string; other: string }> = {
  dropped: { one: 'dropped', other: 'dropped' },
  replaced: { one: 'replaced', other: 'replaced' },
  merged: { one: 'merged', other: 'merged' },
  added: { one: 'added', other: 'added' },
  untouched: { one: 'untouched', other: 'untouched' },
};

/** What goes is always named in full; of what stays or comes, the first names are enough. */
function first(names: readonly string[]): string[] {
  return withMore(names.slice(0, 6), Math.max(0, names.length - 6));
}

function withMore(names: readonly string[], more: number): string[] {
  return more === 0 ? [...names] : [...names, `${f.count(more)} more`];
}

function collections(count: number): string {
  return f.plural(count, { one: '1 collection', other: `${f.count(count)} collections` });
}

function documents(count: number): string {
  return f.plural(count, { one: '1 document', other: `${f.count(count)} documents` });
}

function hoursText(hours: number): string {
  return hours <= 72 ? `${f.count(hours)}\u00a0h` : f.duration(hours * 3_600_000);
}
