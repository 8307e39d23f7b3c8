import type { LiveData, MergeOutcome, Restore } from '@holdfast/shared/restore';
import { counted, formatCount, formatDuration } from './quantities.ts';
import { facts } from './table.ts';

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
    ['Live data', liveDataText(restore)],
    ...optional.filter((entry): entry is [string, string] => entry[1] !== null),
  ]);
}

function mergedText({ inserted, identical, colliding }: MergeOutcome): string {
  const there = `${formatCount(identical)} were there already`;
  return `${counted(inserted, 'document')} inserted, ${there}, ${formatCount(colliding)} collided and were left out`;
}

function liveDataText(restore: Restore): string {
  const { liveData, undoOf, options } = restore;
  if (isBeingReplaced(restore)) return 'being replaced';
  if (liveData !== 'replaced') return liveDataWords[liveData];
  if (undoOf !== null) return 'back to what it was before that restore';
  return options.mode === 'merge' ? 'as it was, with what was missing added' : liveDataWords.replaced;
}

/** Nobody knows how far it came while it is under way. */
function isBeingReplaced({ status, phase, target }: Restore): boolean {
  return status === 'running' && target.kind === 'original' && (phase === 'swap' || phase === 'finish');
}

const liveDataWords: Readonly<Record<LiveData, string>> = {
  untouched: 'untouched',
  replaced: 'replaced by what the backup holds',
  'partly-replaced': 'partly replaced',
};
