import type { PutBackChange, PutBackOutcome } from '@holdfast/shared/put-back';

export const putBack = {
  asOf: 'As of',
  ask: 'Put back…',
  differences: 'What differs',
  effect: {
    insert: 'No live document has this _id: it is inserted.',
    replace: 'The live document differs: it is replaced.',
    same: 'The live document is the same. There is nothing to write.',
  } satisfies Record<PutBackChange['action'], string>,
  inBackup: 'In the backup:',
  insert: 'Insert the document',
  keptNowhere: 'What is replaced is kept nowhere else.',
  liveNow: 'Live now:',
  mayBeReplaced: 'First save the live document, which may be replaced.',
  notRecorded: 'The record of what happened says only that it was begun: note down yourself that it was put back.',
  orderOnly: 'The values are the same; only the order of the fields differs.',
  outcome: {
    inserted: 'The document is inserted.',
    replaced: 'The live document is replaced.',
    same: 'The live document is the same by now. Nothing was written.',
    changed: 'The live document was changed meanwhile. Nothing was written; close this and look again.',
    refused: 'The server did not take it, say because a unique index holds one of its values. Nothing was written.',
    'too-large':
      'The document and the live one are together more than the server takes in one step. Nothing was written; restore the collection instead.',
    failed: 'It broke off: the document may be written or not. Close this and look again.',
    'not-tried': 'Nothing was written.',
  } satisfies Record<PutBackOutcome['outcome'], string>,
  replace: 'Replace the live document',
  saveLive: 'Save it as JSON',
  title: (namespace: string) => `Put the document back into ${namespace}?`,
};
