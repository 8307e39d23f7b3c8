// What a restore writes, into the data and into the oplog, against what there is room for. Pure.
import type { PlanNamespace, RestorePlan } from '@holdfast/shared/restore-plan';
import type { DiskSpace } from '../../engine/disk-space.ts';
import type { OplogSize } from '../../engine/oplog-size.ts';

/** Each inserted document takes so much more in the oplog than in its collection: 276 bytes on MongoDB 6.0. */
const oplogBytesPerDocument = 280;

/** In bytes on disk with indexes, as what is there now takes them. */
export function spaceOf(
  namespaces: readonly PlanNamespace[],
  { disk, keepsUndo }: { readonly disk: DiskSpace; readonly keepsUndo: boolean },
): RestorePlan['space'] {
  const onDisk = (bytes: number) => Math.round(bytes * disk.storedPerByte);
  const replaced = namespaces.filter(isSwappedAway).reduce((total, { bytesNow }) => total + (bytesNow ?? 0), 0);
  return {
    neededBytes: onDisk(written(namespaces).bytes),
    freeBytes: disk.freeBytes,
    undoBytes: keepsUndo ? onDisk(replaced) : 0,
  };
}

/** null where there is no oplog, or it may not be looked at. */
export function oplogGrowth(namespaces: readonly PlanNamespace[], oplog: OplogSize | null): RestorePlan['oplog'] {
  if (oplog === null) return null;
  const { bytes, documents } = written(namespaces);
  return { growthBytes: bytes + documents * oplogBytesPerDocument, ...oplog };
}

/** Whether what is there now is kept under another name. */
function isSwappedAway({ action, method }: PlanNamespace): boolean {
  return (action === 'replaced' || action === 'dropped') && method === 'rename';
}

/** Everything is staged; what no rename brings to its place is written once more. */
function written(namespaces: readonly PlanNamespace[]): { bytes: number; documents: number } {
  const total = { bytes: 0, documents: 0 };
  for (const { action, method, bytesInBackup, documentsInBackup } of namespaces) {
    if (action === 'untouched') continue;
    const times = method === 'rewrite' || method === 'insert' ? 2 : 1;
    total.bytes += (bytesInBackup ?? 0) * times;
    total.documents += (documentsInBackup ?? 0) * times;
  }
  return total;
}
