// A typed bridge from the router to TanStack Query: `api.backups.list.query(input)` gives the options of a query,
// `api.backups.list.key(input)` its key, `api.backups.request.mutation()` the options of a mutation.
import { getUntypedClient, type TRPCClient } from '@trpc/client';
import type {
  AnyTRPCMutationProcedure,
  AnyTRPCQueryProcedure,
  AnyTRPCRouter,
  inferProcedureInput,
  inferTransformedProcedureOutput,
  TRPCRouterRecord,
} from '@trpc/server';

/** `[procedure path]` or `[procedure path, input]`: a key without input is the prefix of all keys with one. */
export type QueryKey = readonly [path: string, input?: unknown];

type InputOf<P extends AnyTRPCQueryProcedure | AnyTRPCMutationProcedure> = inferProcedureInput<P>;
type InputArgs<P extends AnyTRPCQueryProcedure> =
  undefined extends InputOf<P> ? [input?: InputOf<P>] : [input: InputOf<P>];

interface QueryProcedure<R extends AnyTRPCRouter, P extends AnyTRPCQueryProcedure> {
  key(input?: InputOf<P>): QueryKey;
  query(...args: InputArgs<P>): {
    queryKey: QueryKey;
    queryFn: (context: { signal: AbortSignal }) => Promise<inferTransformedProcedureOutput<R, P>>;
  };
  /** Asks once, past the cache. */
  fetch(...args: InputArgs<P>): Promise<inferTransformedProcedureOutput<R, P>>;
}

interface MutationProcedure<R extends AnyTRPCRouter, P extends AnyTRPCMutationProcedure> {
  mutation(): {
    mutationKey: QueryKey;
    mutationFn: (input: InputOf<P>) => Promise<inferTransformedProcedureOutput<R, P>>;
  };
}

type Bridge<R extends AnyTRPCRouter, Entry> = Entry extends AnyTRPCQueryProcedure
  ? QueryProcedure<R, Entry>
  : Entry extends AnyTRPCMutationProcedure
    ? MutationProcedure<R, Entry>
    : Entry extends TRPCRouterRecord
      ? { [K in keyof Entry]: Bridge<R, Entry[K]> }
      : never;

export type ApiQueries<R extends AnyTRPCRouter> = Bridge<R, R['_def']['record']>;

/** Makes the bridge over a client. Nothing is asked until an option is used. */
export function createApiQueries<R extends AnyTRPCRouter>(client: TRPCClient<R>): ApiQueries<R> {
  const untyped = getUntypedClient(client);
  const leaf = (path: string, verb: string, input: unknown): unknown => {
    const key: QueryKey = input === undefined ? [path] : [path, input];
    switch (verb) {
      case 'key':
        return key;
      case 'fetch':
        return untyped.query(path, input);
      case 'query':
        return {
          queryKey: key,
          queryFn: ({ signal }: { signal: AbortSignal }) => untyped.query(path, input, { signal }),
        };
      default:
        return { mutationKey: [path], mutationFn: (value: unknown) => untyped.mutation(path, value) };
    }
  };
  return recordProxy(leaf, []) as ApiQueries<R>;
}

function recordProxy(leaf: (path: string, verb: string, input: unknown) => unknown, path: readonly string[]): unknown {
  return new Proxy(() => undefined, {
    get: (_target, name) => (typeof name === 'string' ? recordProxy(leaf, [...path, name]) : undefined),
    apply: (_target, _this, args) => leaf(path.slice(0, -1).join('.'), path.at(-1) ?? '', args[0]),
  });
}
