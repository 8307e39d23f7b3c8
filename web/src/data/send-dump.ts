// Sends a dump that was made elsewhere, beside tRPC: the browser streams the file from the disk and says how far it is.
import type { Backup } from '@holdfast/shared/backup';
import type { AppErrorData } from '@holdfast/shared/errors';
import { RefusedRequest } from './refusal.ts';

export interface DumpToSend {
  readonly file: File;
  readonly deploymentId: string;
  /** Of a `.bson` file: `database.collection`. */
  readonly namespace: string | null;
  /** ISO 8601. */
  readonly takenAt: string;
  /** Told how many bytes are sent. */
  readonly onSent: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** The backup that it has become. Rejects with RefusedRequest; when the signal aborts, with its reason. */
export function sendDump(dump: DumpToSend): Promise<Backup> {
  const { file, deploymentId, namespace, takenAt, onSent, signal } = dump;
  const query = new URLSearchParams({ deployment: deploymentId, fileName: file.name, takenAt });
  if (namespace !== null) query.set('namespace', namespace);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/imports?${query}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status === 201) resolve(answer as unknown as Backup);
      else reject(refused(answer));
    };
    request.onerror = () => reject(new RefusedRequest({ kind: 'no-answer' }));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

interface Answer {
  readonly code?: string;
  readonly hint?: string;
  readonly details?: { readonly problems?: readonly string[] };
  readonly defectId?: string;
}

function parsed(text: string): Answer {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** A proxy's own answer has no code. */
function refused({ code, hint = '', details, defectId }: Answer): RefusedRequest {
  if (code === undefined) return new RefusedRequest({ kind: 'no-answer' });
  if (code === 'INTERNAL') return new RefusedRequest({ kind: 'defect', defectId: defectId ?? null });
  if (code === 'BAD_REQUEST') return new RefusedRequest({ kind: 'input', problems: details?.problems ?? [] });
  return new RefusedRequest({ kind: 'refusal', app: { code, details, hint } as AppErrorData });
}
