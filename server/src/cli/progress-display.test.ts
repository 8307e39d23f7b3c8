import type { OperationProgress } from '@holdfast/shared/operation';
import { expect, it } from 'vitest';
import { createOutput } from './output.ts';
import { progressDisplay, progressLine } from './progress-display.ts';
import { memorySink } from './testing/memory-sink.ts';

const progress = {
  operationId: '019a1234-5678-7abc-8def-000000000001',
  kind: 'backup',
  deploymentName: 'shop',
  phase: 'dump',
  bytes: 1_200_000_000,
  totalBytes: 3_420_000_000,
  documents: 51_204,
  bytesPerSecond: 82_100_000,
  secondsLeft: 27,
  cancelRequested: false,
} as OperationProgress;

it('says how far it is, how fast it goes and how long it will take', () => {
  expect(progressLine(progress)).toBe(
    'backup of shop: dumping, 1.20 GB of about 3.42 GB (35 %), 51,204 documents, 82.1 MB/s, about 27.0 s left',
  );
});

it('leaves out what is not known, and a total that was passed', () => {
  const unknown = { ...progress, bytes: 0, totalBytes: null, documents: 0, bytesPerSecond: 0, secondsLeft: null };
  expect(progressLine({ ...unknown, phase: 'connect' })).toBe('backup of shop: connecting');
  expect(progressLine({ ...unknown, bytes: 4e9, totalBytes: 3e9 })).toBe('backup of shop: dumping, 4.00 GB');
});

it('redraws one line on a terminal, no wider than it, and takes it away again', () => {
  const stderr = sink({ isTTY: true, columns: 20 });
  const output = createOutput({ json: false, stdout: sink({}), stderr });
  const show = progressDisplay(output);
  show(progress);
  show({ ...progress, phase: 'seal' });
  output.clearLiveLine();
  expect(stderr.text()).toBe('\rbackup of shop: dum\r\x1b[2K\rbackup of shop: sea\r\x1b[2K');
});

it('writes a line per phase and every ten seconds where there is no terminal', () => {
  const stderr = sink({});
  let clock = 0;
  const show = progressDisplay(createOutput({ json: false, stdout: sink({}), stderr }), () => clock);
  for (clock = 0; clock < 25_000; clock += 500) show(progress);
  show({ ...progress, phase: 'seal' });
  expect(stderr.text().split('\n').filter(Boolean)).toHaveLength(4);
});

it('says nothing with --json', () => {
  const stderr = sink({ isTTY: true });
  progressDisplay(createOutput({ json: true, stdout: sink({}), stderr }))(progress);
  expect(stderr.text()).toBe('');
});

function sink(terminal: { isTTY?: boolean; columns?: number }) {
  const { stream, text } = memorySink();
  return Object.assign(stream, terminal, { text });
}
