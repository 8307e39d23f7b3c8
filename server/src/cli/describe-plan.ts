// A restore's plan as text: what is lost first, then what comes, then what there is to be careful of.
import type { RestoreMode } from '@holdfast/shared/restore';
import type {
  DocumentDifference,
  PlanAction,
  PlanDrift,
  PlanNamespace,
  RestorePlan,
} from '@holdfast/shared/restore-plan';
import { printable } from './printable.ts';
import { counted, formatBytes, formatCount, formatDuration } from './quantities.ts';
import { type Column, facts, table } from './table.ts';
import { formatTime } from './times.ts';

/** What a restore would do, line by line, and what to be careful of. Long lists are cut; `--json` has all. */
export function describePlan(plan: RestorePlan): string {
  const done = order.flatMap((action) => plan.namespaces.filter((one) => one.action === action));
  const blocks = [
    facts(headOf(plan)),
    table(done.slice(0, mostRows), namespaceColumns, 'Nothing would be written.') + more(done.length - mostRows, '\n'),
    comparedOf(plan.namespaces),
    untouchedOf(plan.namespaces),
    plan.warnings.map(warningText).join('\n'),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** What goes comes first. */
const order: readonly PlanAction[] = ['dropped', 'replaced', 'merged', 'added'];
const mostRows = 200;
const mostNames = 8;

type Fact = [title: string, value: string];

function headOf(plan: RestorePlan): Fact[] {
  const { source, documents, rawBytes, expectedMs } = plan;
  const into = `${source.deploymentId === plan.deploymentId ? '' : `${placeOf(plan)}, `}${targetText(plan)}`;
  return [
    ['Restore', `backup of ${formatTime(plan.backupCreatedAt)} of ${placeOf(source)}`],
    ['Into', into],
    ['Data', `${counted(documents, 'document')}, ${formatBytes(rawBytes)}`],
    ['Expected', expectedMs === null ? 'not known: none was measured yet' : `about ${formatDuration(expectedMs)}`],
    ['Space', spaceText(plan)],
    ...oplogFact(plan.oplog),
    ['Versions', versionsText(plan.versions)],
    ...swapFact(plan),
    ...safetyFact(plan.safetyBackupOf),
    ...usersFact(plan),
    ['Plan', `${plan.id}, good until ${formatTime(plan.expiresAt)}`],
  ];
}

function placeOf({ deploymentName, hosts }: Pick<RestorePlan, 'deploymentName' | 'hosts'>): string {
  return `${deploymentName} (${hosts.join(', ')})`;
}

function targetText(plan: RestorePlan): string {
  if (plan.target.kind === 'copy') {
    const databases = new Set(plan.namespaces.map(({ target }) => target.slice(0, target.indexOf('.'))));
    return `a copy: ${some([...databases]) || 'nothing'}`;
  }
  const place = plan.target.deploymentId === undefined ? 'the place it came from' : 'the databases of the same names';
  return `${place}, ${modeWords[plan.options.mode]}`;
}

const modeWords: Readonly<Record<RestoreMode, string>> = {
  replace: 'replacing what is there',
  merge: 'adding what is missing there',
  exact: 'replacing what is there and dropping what the backup does not have',
};

function spaceText({ space: { neededBytes, freeBytes, undoBytes }, options }: RestorePlan): string {
  const free = freeBytes === null ? 'how much is free is not known' : `${formatBytes(freeBytes)} are free`;
  const kept = undoBytes === 0 ? '' : `; ${formatBytes(undoBytes)} are kept for ${counted(options.undoHours, 'hour')}`;
  return `some ${formatBytes(neededBytes)} are needed, ${free}${kept}`;
}

function oplogFact(oplog: RestorePlan['oplog']): Fact[] {
  if (oplog === null) return [];
  const window = formatDuration(oplog.windowSeconds * 1_000);
  return [
    ['Oplog', `some ${formatBytes(oplog.growthBytes)} of its ${formatBytes(oplog.maxBytes)}, which hold ${window} now`],
  ];
}

function versionsText({ backupServer, server, backupTool, tool }: RestorePlan['versions']): string {
  const tools =
    tool === null || tool === backupTool
      ? `mongodump ${backupTool}`
      : `mongodump ${backupTool} then, tools ${tool} here`;
  return `MongoDB ${backupServer === server ? server : `${backupServer} then, ${server} now`}; ${tools}`;
}

/** Nothing where nothing is renamed. */
function swapFact({ swapMethod, namespaces, warnings }: RestorePlan): Fact[] {
  if (swapMethod === null || namespaces.every(({ method }) => method !== 'rename')) return [];
  const isGrouped = warnings.some(({ code }) => code === 'SWAPPED_IN_GROUPS');
  const atOnce = isGrouped ? 'groups of collections, each in one step' : 'all collections in one step';
  return [['Swap', swapMethod === 'apply-ops' ? atOnce : 'one collection after the other, two renames each']];
}

function safetyFact(held: readonly string[]): Fact[] {
  return held.length === 0 ? [] : [['First', `a safety backup of ${some(held)}`]];
}

function usersFact({ users, options, target }: RestorePlan): Fact[] {
  if (options.usersAndRoles && target.kind === 'copy') return [['Users', 'stay as they are: a copy takes none']];
  if (users === null) return [];
  const others = `${formatCount(users.notInBackup.length)} not in the backup ${users.vanish ? 'go' : 'stay'}`;
  return [
    ['Users', `${formatCount(users.added.length)} added, ${formatCount(users.changed.length)} changed, ${others}`],
  ];
}

const namespaceColumns: Column<PlanNamespace>[] = [
  { title: 'what', value: ({ action }) => action },
  { title: 'collection', value: ({ target }) => target },
  { title: 'from', value: ({ source, target }) => (source === null ? '-' : source === target ? 'the same' : source) },
  { title: 'type', value: ({ type }) => type },
  { title: 'now', value: ({ documentsNow }) => countText(documentsNow), align: 'right' },
  { title: 'then', value: ({ documentsInBackup }) => countText(documentsInBackup), align: 'right' },
  { title: 'size now', value: ({ bytesNow }) => sizeText(bytesNow), align: 'right' },
  { title: 'then', value: ({ bytesInBackup }) => sizeText(bytesInBackup), align: 'right' },
  { title: 'differs', value: ({ drift }) => driftText(drift) },
];

function countText(count: number | null): string {
  return count === null ? '-' : formatCount(count);
}

function sizeText(bytes: number | null): string {
  return bytes === null ? '-' : formatBytes(bytes);
}

/** `index +a_1 -b_1, validator ~validator`: what the restore adds, removes and changes. */
function driftText(drift: readonly PlanDrift[]): string {
  const kinds = [...new Set(drift.map(({ what }) => what))];
  const named = kinds.map((kind) => {
    const names = drift.filter(({ what }) => what === kind).map(({ change, name }) => `${signs[change]}${name}`);
    return `${kind} ${names.slice(0, mostNames).join(' ')}${more(names.length - mostNames, ' ')}`;
  });
  return named.join(', ');
}

const signs: Readonly<Record<PlanDrift['change'], string>> = { added: '+', removed: '-', changed: '~' };

function comparedOf(namespaces: readonly PlanNamespace[]): string {
  return namespaces
    .flatMap(({ target, difference }) =>
      difference === null ? [] : [`${printable(target)}: ${differenceText(difference)}`],
    )
    .join('\n');
}

function differenceText({ onlyLive, onlyInBackup, changed, same, examples }: DocumentDifference): string {
  return [
    `${counted(onlyLive, 'document')} only live${idsText(examples.onlyLive, onlyLive)}`,
    `${formatCount(onlyInBackup)} only in the backup${idsText(examples.onlyInBackup, onlyInBackup)}`,
    `${formatCount(changed)} changed${idsText(examples.changed, changed)}`,
    `${formatCount(same)} the same`,
  ].join(', ');
}

function idsText(ids: readonly string[], count: number): string {
  if (ids.length === 0) return '';
  return ` (${ids.map(printable).join(', ')}${count > ids.length ? ', ...' : ''})`;
}

function untouchedOf(namespaces: readonly PlanNamespace[]): string {
  const stays = namespaces.filter(({ action }) => action === 'untouched').map(({ target }) => target);
  return stays.length === 0 ? '' : `Stays as it is: ${some(stays)}`;
}

function warningText({ code, message, namespaces }: RestorePlan['warnings'][number]): string {
  const names = namespaces.length === 0 ? '' : `\n    ${some(namespaces)}`;
  return `! ${code}: ${printable(message)}${names}`;
}

/** The first ones, and how many more there are. */
function some(names: readonly string[]): string {
  return `${names.slice(0, mostNames).map(printable).join(', ')}${more(names.length - mostNames, ' ')}`;
}

function more(count: number, before: string): string {
  return count <= 0 ? '' : `${before}and ${formatCount(count)} more`;
}
