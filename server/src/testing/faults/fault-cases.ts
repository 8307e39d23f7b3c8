// The fault matrix as data: every fault at every point, on one server and on two. What makes no sense is left out by a rule that
// says why; nothing else is.
import { type FailpointName, failpoints } from '../../failpoints.ts';

export const faultNames = [
  'server-killed',
  'server-terminated',
  'server-cut-short',
  'server-stopped',
  'tool-killed',
  'deployment-killed',
  'ledger-stepped-down',
  'ledger-primary-killed',
  'ledger-killed',
  'disk-full',
  'storage-read-only',
  'storage-unmounted',
  'clock-forward',
  'clock-back',
] as const;
export type FaultName = (typeof faultNames)[number];

/** What happens, in words for the table in the docs. */
export const faultTitles: Readonly<Record<FaultName, string>> = {
  'server-killed': 'SIGKILL of the server; started again where it is alone',
  'server-terminated': 'SIGTERM; what runs may finish',
  'server-cut-short': 'SIGTERM; what runs outlasts the grace period',
  'server-stopped': 'SIGSTOP for longer than the lease, then SIGCONT',
  'tool-killed': 'SIGKILL of mongodump or mongorestore',
  'deployment-killed': "SIGKILL of the deployment's mongod, back after three seconds",
  'ledger-stepped-down': "the ledger's primary steps down",
  'ledger-primary-killed': "SIGKILL of the ledger's primary, back after three seconds",
  'ledger-killed': 'SIGKILL of every mongod of the ledger, back after three seconds',
  'disk-full': 'not one byte left on the disk of ledger and archives, for three seconds',
  'storage-read-only': 'the destination read-only, for three seconds',
  'storage-unmounted': 'the destination unmounted, for three seconds',
  'clock-forward': 'the clock an hour forward, and back',
  'clock-back': 'the clock an hour back, and forward',
};

export interface FaultCase {
  readonly fault: FaultName;
  readonly point: FailpointName;
  /** On two servers the fault hits the one that runs the operation, and, where it is a clock, the other. */
  readonly servers: 1 | 2;
}

export function nameOf({ fault, point, servers }: FaultCase): string {
  return `${fault} at ${point} on ${servers === 1 ? 'one server' : 'two servers'}`;
}

/** Of copies, which no operation makes, and of a restore that a fault has ended already: their own tests end servers there. */
export const elsewhere: ReadonlySet<FailpointName> = new Set(['mid-copy', 'copied', 'taking-back', 'putting-back']);

/** Why a fault cannot be had at a point; undefined where it can. */
export function nonsense({ fault, point }: Pick<FaultCase, 'fault' | 'point'>): string | undefined {
  if (elsewhere.has(point)) return 'no operation of the matrix gets there';
  if (fault === 'tool-killed' && !['mid-stream', 'mid-restore'].includes(point)) return 'no tool runs there';
  return undefined;
}

/** Every case that makes sense. */
export const wholeMatrix: readonly FaultCase[] = faultNames.flatMap((fault) =>
  failpoints.flatMap((point) =>
    ([1, 2] as const).flatMap((servers) =>
      nonsense({ fault, point }) === undefined ? [{ fault, point, servers }] : [],
    ),
  ),
);

/** A selection that has every fault and every point at least once: for each change. */
export const shortMatrix: readonly FaultCase[] = [
  { fault: 'server-killed', point: 'claimed', servers: 1 },
  { fault: 'server-killed', point: 'started', servers: 2 },
  { fault: 'server-terminated', point: 'mid-stream', servers: 1 },
  { fault: 'server-cut-short', point: 'mid-restore', servers: 1 },
  { fault: 'server-stopped', point: 'sealed', servers: 2 },
  { fault: 'tool-killed', point: 'mid-restore', servers: 1 },
  { fault: 'tool-killed', point: 'mid-restore', servers: 2 },
  { fault: 'server-killed', point: 'restored', servers: 1 },
  { fault: 'deployment-killed', point: 'swapping', servers: 1 },
  { fault: 'server-killed', point: 'swapped', servers: 2 },
  { fault: 'deployment-killed', point: 'rewriting', servers: 1 },
  { fault: 'server-killed', point: 'finishing', servers: 1 },
  { fault: 'ledger-stepped-down', point: 'renamed', servers: 1 },
  { fault: 'ledger-primary-killed', point: 'completed-restore', servers: 1 },
  { fault: 'ledger-killed', point: 'staged', servers: 1 },
  { fault: 'disk-full', point: 'mid-stream', servers: 1 },
  { fault: 'storage-read-only', point: 'sealed', servers: 1 },
  { fault: 'storage-unmounted', point: 'mid-stream', servers: 1 },
  { fault: 'clock-forward', point: 'requested', servers: 1 },
  { fault: 'clock-back', point: 'mid-stream', servers: 2 },
];

/** What is held at the point. */
export function operationAt(point: FailpointName): 'backup' | 'copy' | 'in-place' {
  if (point === 'mid-restore' || point === 'completed-restore') return 'copy';
  return point === 'restored' || point === 'staged' || isSwapped(point) ? 'in-place' : 'backup';
}

/** Something live was changed: only forward leads out. */
function isSwapped(point: FailpointName): boolean {
  return ['swapping', 'swapped', 'rewriting', 'finishing'].includes(point);
}

/** Whether nothing may come of it but `completed`: it was decided before the fault, or the fault is none of its business. */
export function mustComplete({ fault, point }: FaultCase): boolean {
  if (['ledger-stepped-down', 'ledger-primary-killed', 'clock-forward', 'clock-back'].includes(fault)) return true;
  if (fault === 'server-terminated') return true;
  // A mongod that dies right after the first rename may have forgotten it: then nothing was begun.
  if (isSwapped(point)) return !(fault === 'deployment-killed' && point === 'swapping');
  const sealed = point === 'sealed' || point === 'renamed';
  return sealed && !['disk-full', 'storage-read-only', 'storage-unmounted'].includes(fault);
}
