// A running operation as one line: drawn over itself on a terminal, elsewhere a line when the phase changes and now and then.
import type { OperationPhase, OperationProgress } from '@holdfast/shared/operation';
import type { Output } from './output.ts';
import { printable } from './printable.ts';
import { formatBytes, formatCount, formatDuration } from './quantities.ts';

const plainLineEveryMs = 10_000;

/** Shows each progress that it is given. */
export function progressDisplay(output: Output, now: () => number = Date.now): (progress: OperationProgress) => void {
  let phase = '';
  let saidAt = Number.NEGATIVE_INFINITY;
  return (progress) => {
    if (output.liveLine) return output.liveLine(progressLine(progress));
    if (phase === progress.phase && now() - saidAt < plainLineEveryMs) return;
    phase = progress.phase;
    saidAt = now();
    output.say(progressLine(progress));
  };
}

/** `backup of shop: dumping, 1.20 GB of about 3.42 GB (35 %), 51,204 documents, 82.1 MB/s, about 27.0 s left`. */
export function progressLine(progress: OperationProgress): string {
  const { kind, deploymentName, phase, bytes, totalBytes, documents, bytesPerSecond, secondsLeft } = progress;
  const parts = [progress.cancelRequested ? 'cancelling' : phaseWords[phase]];
  if (bytes > 0) parts.push(`${formatBytes(bytes)}${share(bytes, totalBytes)}`);
  if (documents > 0) parts.push(`${formatCount(documents)} documents`);
  if (bytesPerSecond > 0) parts.push(`${formatBytes(bytesPerSecond)}/s`);
  if (secondsLeft !== null && secondsLeft > 0) parts.push(`about ${formatDuration(secondsLeft * 1000)} left`);
  return `${kind} of ${printable(deploymentName)}: ${parts.join(', ')}`;
}

const phaseWords: Readonly<Record<OperationPhase, string>> = {
  waiting: 'waiting for a server',
  connect: 'connecting',
  dump: 'dumping',
  seal: 'sealing the archive',
  'safety-backup': 'taking the safety backup',
  verify: 'verifying the archive',
  stage: 'staging',
  prove: 'proving the copy',
  swap: 'swapping it in',
  finish: 'finishing',
};

/** The total is an estimate and may be passed. */
function share(bytes: number, totalBytes: number | null): string {
  if (totalBytes === null || totalBytes < bytes) return '';
  return ` of about ${formatBytes(totalBytes)} (${Math.floor((bytes / totalBytes) * 100)} %)`;
}
