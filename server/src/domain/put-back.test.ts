import type { NewEvent } from '@holdfast/shared/events';
import { expect, it } from 'vitest';
import { backupEvents, backupId, backupIn, deploymentId, restoreIn, worker } from './examples.ts';
import { closePutBack, endPutBack, startPutBack } from './put-back.ts';
import { given, refusal } from './testing.ts';

const [putBackId, other] = ['01970000-0000-7000-8000-000000000070', '01970000-0000-7000-8000-000000000071'];
const begun = { backupId, deploymentId, putBackId, worker, namespace: 'shop.orders', documents: 3 };
const outcome = { backupId, deploymentId, putBackId, namespace: 'shop.orders', inserted: 1, replaced: 1 };
const stream = `backup:${backupId}` as const;
const stateAfter = (...events: NewEvent[]) => given([...(backupIn.completed ?? []), ...events])(stream);
const started = (id: string): NewEvent => ({ stream, type: 'PutBackStarted', data: { ...begun, putBackId: id } });
const ended: NewEvent = { stream, type: 'DocumentsPutBack', data: outcome };

it('begins while nothing has the deployment', () => {
  const deployment = (events: NewEvent[]) => ({ deployment: given(events)(`deployment:${deploymentId}` as const) });
  expect(startPutBack(deployment(backupIn.completed ?? []), begun)).toStrictEqual([started(putBackId)]);
  expect(refusal(() => startPutBack(deployment(restoreIn.running ?? []), begun))).toBe('OPERATION_IN_PROGRESS');
  expect(refusal(() => startPutBack(deployment([]), begun))).toBe('DEPLOYMENT_NOT_FOUND');
});

it('is ended as not known, or as it is known, and only once', () => {
  const open = stateAfter(started(putBackId));
  const unknown = { ...outcome, inserted: 0, replaced: 0, uncertain: 3 };
  expect(closePutBack(open, putBackId, null)).toStrictEqual([{ ...ended, data: unknown }]);
  expect(closePutBack(open, putBackId, outcome)).toStrictEqual([ended]);
  expect(closePutBack(open, other, null)).toStrictEqual([]);
  expect(closePutBack(stateAfter(started(putBackId), ended), putBackId, null)).toStrictEqual([]);
  expect(closePutBack(undefined, putBackId, null)).toStrictEqual([]);
  // Who did it knows better than whoever took him for gone.
  expect(endPutBack(outcome)).toStrictEqual([ended]);
});

it('stands in its backup until it has ended, whatever becomes of that', () => {
  const open = stateAfter(started(putBackId), started(other), backupEvents.missing, backupEvents.adopted);
  expect(open?.putBacks?.map((one) => one.putBackId)).toStrictEqual([putBackId, other]);
  expect(stateAfter(started(putBackId), started(other), ended)?.putBacks).toHaveLength(1);
  expect(stateAfter(started(putBackId), ended)?.putBacks).toBeUndefined();
});
