// Renders a part of the console between its real providers. Only the network is replaced: `answers` plays the server,
// `live` the stream.
import { Route, Router } from '@solidjs/router';
import { render } from '@solidjs/testing-library';
import { createTRPCClient, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { JSX } from 'solid-js';
import { ToastProvider } from '../controls/toasts.tsx';
import type { ApiClient } from '../data/api-client.ts';
import { ApiProvider } from '../data/api-context.tsx';
import type { AppRouter } from '../data/app-router.ts';
import { en } from '../i18n/en/dictionary.ts';
import { fr } from '../i18n/fr/dictionary.ts';
import { I18nProvider } from '../i18n/i18n-context.tsx';
import { LiveProvider } from '../live/live-context.tsx';
import type { HubMessage } from '../live/live-messages.ts';
import { WatchedOperations } from '../operations/watched-operations.tsx';

/** Procedure path -> answer. What an answer throws becomes the error's `data`. */
export type Answers = Record<string, (input: never) => unknown>;

export interface RenderedConsole {
  /** Each call in order: path and input. */
  readonly calls: { path: string; input: unknown }[];
  /** Plays a message of the live stream. */
  live(message: HubMessage): void;
}

/** The status of a stream that is live at position 1. */
export const liveStatus = { connection: 'live', since: 0, position: 1, head: 1 } as const;

export function renderConsole(
  part: () => JSX.Element,
  options: { answers: Answers; locale?: 'en' | 'fr'; path?: string },
): RenderedConsole {
  const calls: RenderedConsole['calls'] = [];
  let receive: (message: HubMessage) => void = () => {};
  const client = createFakeClient(options.answers, calls);
  const locale = options.locale ?? 'en';
  const open = (listener: (message: HubMessage) => void) => {
    receive = listener;
    queueMicrotask(() => listener({ kind: 'snapshot', status: liveStatus, operations: [] }));
    return { send: () => {}, close: () => {} };
  };
  const Root = (props: { children?: JSX.Element }) => (
    <I18nProvider locale={locale} dictionary={locale === 'fr' ? fr : en}>
      <ApiProvider client={client} onSignedOut={() => {}}>
        <LiveProvider open={open} onSignedOut={() => {}}>
          <ToastProvider>
            <WatchedOperations>{props.children}</WatchedOperations>
          </ToastProvider>
        </LiveProvider>
      </ApiProvider>
    </I18nProvider>
  );
  render(() => (
    <Router root={Root}>
      <Route path={options.path ?? '*'} component={part} />
    </Router>
  ));
  return { calls, live: (message) => receive(message) };
}

function createFakeClient(answers: Answers, calls: RenderedConsole['calls']): ApiClient {
  const link: TRPCLink<AppRouter> =
    () =>
    ({ op }) =>
      observable((observer) => {
        calls.push({ path: op.path, input: op.input });
        const answer = answers[op.path] as ((input: unknown) => unknown) | undefined;
        Promise.resolve()
          .then(() => {
            if (!answer) throw new Error(`the test has no answer for ${op.path}`);
            return answer(op.input);
          })
          .then(
            (data) => {
              observer.next({ result: { type: 'data', data } });
              observer.complete();
            },
            (data: unknown) => observer.error(toClientError(data)),
          );
      });
  return createTRPCClient<AppRouter>({ links: [link] });
}

function toClientError(thrown: unknown): TRPCClientError<AppRouter> {
  if (thrown instanceof Error) return TRPCClientError.from(thrown);
  return TRPCClientError.from({ error: { message: 'refused', code: -32600, data: thrown } } as never);
}
