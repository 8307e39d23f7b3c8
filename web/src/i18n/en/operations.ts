import type { OperationKind } from '@holdfast/shared/deployment';
import type { OperationPhase } from '@holdfast/shared/operation';
import { createFormats } from '../formats.ts';
import type { BusyWords, Moved } from '../words.ts';
import { actor } from './common.ts';

const f = createFormats('en');

const phases: Record<OperationPhase, string> = {
  waiting: 'Waiting for a server',
  connect: 'Connecting',
  dump: 'Reading the data',
  seal: 'Making the archive durable',
  'safety-backup': 'Taking the safety backup',
  verify: 'Verifying the archive',
  stage: 'Writing the copy',
  prove: 'Comparing the copy with the backup',
  swap: 'Swapping',
  finish: 'Finishing',
};

export const operation = {
  after: (duration: string) => `after ${duration}`,
  busy: ({ kind, since, actor: who }: BusyWords) =>
    `A ${kind} runs since ${f.since(since, Date.now())}, started by ${by(who.kind, actor.name(who))}.`,
  busyShort: ({ kind, since, actor: who }: BusyWords) =>
    `${kind} since ${f.since(since, Date.now())}, by ${by(who.kind, actor.name(who))}`,
  cancelAsk: (kind: OperationKind) => `Cancel the ${kind}…`,
  cancelDo: (kind: OperationKind) => `Cancel the ${kind}`,
  cancelEffect: (kind: OperationKind): string =>
    kind === 'backup'
      ? 'What has been written so far is removed. Older backups stay as they are.'
      : 'What has been copied so far is removed. Once the swap has begun, a cancel comes too late.',
  cancelTitle: (kind: OperationKind, name: string) => `Cancel the ${kind} of ${name}?`,
  cancelling: 'Cancelling; waiting for the tool to stop.',
  done: 'Done',
  left: (duration: string) => `about ${duration} left`,
  leftOfStep: (duration: string) => `about ${duration} left of this step`,
  measuring: 'Under way',
  moved: ({ bytes, totalBytes, bytesPerSecond, documents }: Moved) => {
    const of = totalBytes ? ` of about ${f.bytes(Math.max(bytes, totalBytes))}` : '';
    const rate = bytesPerSecond > 0 ? ` at ${f.bytes(bytesPerSecond)}/s` : '';
    return `${f.bytes(bytes)}${of}${rate}, ${f.plural(documents, { one: '1 document', other: `${f.count(documents)} documents` })}`;
  },
  namespace: 'Collection',
  ofAbout: (total: number) => `of about ${f.count(total)}`,
  phase: (phase: OperationPhase) => phases[phase],
  running: (kind: OperationKind): string => (kind === 'backup' ? 'Backing up' : 'Restoring'),
  stalled: (since: string, duration: string) => `No byte since ${since}, ${duration}`,
  title: (kind: OperationKind, name: string): string =>
    kind === 'backup' ? `Backup of ${name}` : `Restore of ${name}`,
};

function by(kind: string, name: string): string {
  return kind === 'user' ? 'the administrator' : kind === 'schedule' ? 'the schedule' : name;
}
