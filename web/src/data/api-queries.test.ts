import { createTRPCClient, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { expect, it } from 'vitest';
import { createApiQueries } from './api-queries.ts';
import type { AppRouter } from './app-router.ts';

const asked: unknown[] = [];
const echo: TRPCLink<AppRouter> =
  () =>
  ({ op }) =>
    observable((observer) => {
      asked.push([op.type, op.path, op.input]);
      observer.next({ result: { type: 'data', data: `${op.path} answered` } });
      observer.complete();
    });
const api = createApiQueries<AppRouter>(createTRPCClient<AppRouter>({ links: [echo] }));

it('gives a key without input that is the prefix of the keys with one', () => {
  expect(api.backups.list.key()).toEqual(['backups.list']);
  expect(api.backups.list.key({ limit: 5 })).toEqual(['backups.list', { limit: 5 }]);
});

it('asks what its key says', async () => {
  const { queryKey, queryFn } = api.backups.list.query({ limit: 5 });
  expect(queryKey).toEqual(['backups.list', { limit: 5 }]);
  expect(await queryFn({ signal: new AbortController().signal })).toBe('backups.list answered');
  expect(asked.at(-1)).toEqual(['query', 'backups.list', { limit: 5 }]);
});

it('sends a mutation with its input', async () => {
  await api.backups.request.mutation().mutationFn({ deploymentId: 'sample' });
  expect(asked.at(-1)).toEqual(['mutation', 'backups.request', { deploymentId: 'sample' }]);
});
