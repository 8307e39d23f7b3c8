import type { LiveData, MergeOutcome, Restore, RestoreMode } from '@holdfast/shared/restore';
import type { PlanNamespace, RestorePlan } from '@holdfast/shared/restore-plan';
import { counted, formatBytes, formatCount, formatDuration } from './quantities.ts';
import { type Column, facts, table } from './table.ts';
import { formatTime } from './times.ts';

/** What a restore would do, line by line, and what to be careful of. */
export function describePlan(plan: RestorePlan): string {
  const head = facts([
    ['Restore', `backup of ${formatTime(plan.backupCreatedAt)} of ${placeOf(plan.source)}`],
    ['Into', `${plan.source.deploymentId === plan.deploymentId ? '' : `${placeOf(plan)}, `}${wordsOf(plan)}`],
    ['Data', `${counted(plan.documents, 'document')}, ${formatBytes(plan.rawBytes)}`],
    ['Plan', `${plan.id}, good until ${formatTime(plan.expiresAt)}`],
  ]);
  const stays = plan.namespaces.filter(({ action }) => action === 'untouched').map(({ target }) => target);
  const untouched = stays.length === 0 ? [] : ['', `Stays as it is: ${stays.join(', ')}`];
  const warnings = plan.warnings.map(({ message }) => `! ${message}`);
  return [
    head,
    '',
    table(
      plan.namespaces.filter(({ action }) => action !== 'untouched').toSorted(byTarget),
      namespaceColumns,
      'The backup holds no collection.',
    ),
    ...untouched,
    ...(warnings.length > 0 ? ['', ...warnings] : []),
  ].join('\n');
}

/** A restore in `title  value` lines. */
export function describeRestore(restore: Restore): string {
  const { documents, durationMs, databases, error } = restore;
  const optional: [string, string | null][] = [
    ['Took', durationMs === null ? null : formatDuration(durationMs)],
    [
      'Restored',
      documents === null
        ? null
        : `${counted(documents, 'document')} in ${counted(restore.collections ?? 0, 'collection')}`,
    ],
    ['Merged', restore.merged === null ? null : mergedText(restore.merged)],
    ['Data is in', databases.length === 0 ? null : databases.join(', ')],
    ['Error', error === null ? null : error.message],
    ['What to do', error === null ? null : error.hint],
  ];
  return facts([
    ['Restore', restore.id],
    ['Deployment', restore.deploymentName],
    [
      'Of backup',
      restore.source === null ? restore.backupId : `${restore.backupId} of ${restore.source.deploymentName}`,
    ],
    ['Status', restore.status],
    ['Live data', liveDataWords[restore.liveData]],
    ...optional.filter((entry): entry is [string, string] => entry[1] !== null),
  ]);
}

function mergedText({ inserted, identical, colliding }: MergeOutcome): string {
  const there = `${formatCount(identical)} were there already`;
  return `${counted(inserted, 'document')} inserted, ${there}, ${formatCount(colliding)} collided and were left out`;
}

function byTarget(a: PlanNamespace, b: PlanNamespace): number {
  return a.target < b.target ? -1 : 1;
}

function placeOf({ deploymentName, hosts }: Pick<RestorePlan, 'deploymentName' | 'hosts'>): string {
  return `${deploymentName} (${hosts.join(', ')})`;
}

function wordsOf(plan: RestorePlan): string {
  if (plan.target.kind === 'copy') return intoCopy(plan);
  const place = plan.target.deploymentId === undefined ? 'the place it came from' : 'the databases of the same names';
  return `${place}, ${modeWords[plan.options.mode]}`;
}

const modeWords: Readonly<Record<RestoreMode, string>> = {
  replace: 'replacing what is there',
  merge: 'adding what is missing there',
  exact: 'replacing what is there and dropping what the backup does not have',
};

function intoCopy({ namespaces }: RestorePlan): string {
  const databases = new Set(namespaces.map(({ target }) => target.slice(0, target.indexOf('.'))));
  return `a copy: ${[...databases].join(', ') || 'nothing'}`;
}

const namespaceColumns: Column<PlanNamespace>[] = [
  { title: 'from', value: ({ source }) => source ?? '-' },
  { title: 'to', value: ({ target, source }) => (target === source ? 'the same' : target) },
  { title: 'what', value: ({ action }) => action },
  { title: 'type', value: ({ type }) => type },
  {
    title: 'now',
    value: ({ documentsNow }) => (documentsNow === null ? '-' : formatCount(documentsNow)),
    align: 'right',
  },
  {
    title: 'then',
    value: ({ documentsInBackup }) => (documentsInBackup === null ? '-' : formatCount(documentsInBackup)),
    align: 'right',
  },
];

const liveDataWords: Readonly<Record<LiveData, string>> = {
  untouched: 'untouched',
  replaced: 'replaced by what the backup holds',
  'partly-replaced': 'partly replaced',
};
