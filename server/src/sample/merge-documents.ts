// Two streams of documents in the same order are walked side by side; what one of them lacks is found without knowing
// how the server compares keys, by asking it.
import { keyOf } from './raw-documents.ts';

/** What the comparison of two streams tells. `id` is the key of the document, with all its types. */
export interface DocumentFindings {
  missing(id: unknown): void;
  extra(id: unknown): void;
  differs(id: unknown, expected: Buffer, actual: Buffer): void;
}

/** What the actual side holds under a key, which may differ in type from the key asked for (`1` finds `1.0`). */
export type LookUp = (id: unknown) => Promise<Buffer | null>;

/**
 * Compares byte for byte. Both streams must be in the server's order of `_id`, each key once. Returns how much was
 * expected.
 *
 * expected, actual   they are                            then
 * same bytes         equal                               both move on
 * same key           different                           both move on
 * other keys         expected's is nowhere: missing      expected moves on
 *                    it is this one, of another type     different, both move on
 *                    it comes later: actual's is extra   actual moves on
 */
export async function mergeDocuments(
  expected: AsyncGenerator<Buffer>,
  actual: AsyncGenerator<Buffer>,
  lookUp: LookUp,
  findings: DocumentFindings,
): Promise<{ documents: number; bytes: number }> {
  const read = { documents: 0, bytes: 0 };
  const ask = rememberLast(lookUp);
  try {
    let [left, right] = [await pull(expected), await pull(actual)];
    while (left || right) {
      const next = await judge(left, right, ask, findings);
      if (left && next !== 'actual') {
        read.documents += 1;
        read.bytes += left.length;
        left = await pull(expected);
      }
      if (right && next !== 'expected') right = await pull(actual);
    }
  } finally {
    await Promise.all([expected.return(undefined), actual.return(undefined)]);
  }
  return read;
}

async function pull(documents: AsyncGenerator<Buffer>): Promise<Buffer | undefined> {
  const { done, value } = await documents.next();
  return done ? undefined : value;
}

/** Reports how the documents at the heads of the streams stand to each other; returns the side that moves on. */
async function judge(
  expected: Buffer | undefined,
  actual: Buffer | undefined,
  lookUp: (key: Key) => Promise<Buffer | null>,
  findings: DocumentFindings,
): Promise<'expected' | 'actual' | 'both'> {
  if (expected && actual?.equals(expected)) return 'both';
  const [here, there] = [expected && keyOf(expected), actual && keyOf(actual)];
  const found = here && there && (here.bytes.equals(there.bytes) ? actual : await lookUp(here));
  if (here && !found) {
    findings.missing(here.id);
    return 'expected';
  }
  if (expected && actual && found && there?.bytes.equals(keyOf(found).bytes)) {
    findings.differs(here?.id, expected, actual);
    return 'both';
  }
  findings.extra(there?.id);
  return 'actual';
}

type Key = ReturnType<typeof keyOf>;

/** While extra documents are passed over, the same expected key is asked for again and again. */
function rememberLast(lookUp: LookUp): (key: Key) => Promise<Buffer | null> {
  let last: { readonly bytes: Buffer; readonly found: Buffer | null } | undefined;
  return async ({ id, bytes }) => {
    if (!last?.bytes.equals(bytes)) last = { bytes, found: await lookUp(id) };
    return last.found;
  };
}
