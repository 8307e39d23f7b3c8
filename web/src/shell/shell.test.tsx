import type { RouteSectionProps } from '@solidjs/router';
import { screen } from '@solidjs/testing-library';
import { lazy } from 'solid-js';
import { expect, it } from 'vitest';
import { liveStatus, renderConsole } from '../testing/render-console.tsx';
import { Shell } from './shell.tsx';

it('says also while a page is loading that the server does not answer', async () => {
  const Never = lazy(() => new Promise<never>(() => {}));
  const section = {} as RouteSectionProps;
  const { live } = renderConsole(
    () => (
      <Shell {...section}>
        <Never />
      </Shell>
    ),
    { answers: {} },
  );
  await screen.findByText('Loading…');
  expect(screen.queryByText(/^Not live since/)).toBeNull();
  live({ kind: 'status', status: { ...liveStatus, connection: 'lost', silent: 'server' } });
  await screen.findByText(/^Not live since/);
});
