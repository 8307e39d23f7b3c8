import type { CollectionsPage } from '@holdfast/shared/document';
import { fireEvent, screen } from '@solidjs/testing-library';
import { expect, it } from 'vitest';
import { renderConsole } from '../testing/render-console.tsx';
import { CollectionTable } from './collection-table.tsx';

const count = 10_000;
const names = Array.from({ length: count }, (_, n) => `c${n}`);

interface Asked {
  readonly search: string;
  readonly cursor: number;
  readonly limit: number;
}

function answer({ search, cursor, limit }: Asked): CollectionsPage {
  const found = names.filter((name) => name.includes(search));
  const items = found.slice(cursor, cursor + limit).map((collection) => ({
    ...{ database: 'many', collection, documents: 1, bytes: 10, indexes: 1 },
    type: collection === 'c1' ? ('view' as const) : ('collection' as const),
  }));
  return { items, total: found.length, nextCursor: cursor + limit < found.length ? cursor + limit : null };
}

it('shows ten thousand collections in parts, finds them by name, and leads to their documents', async () => {
  renderConsole(() => <CollectionTable backupId="0190f5a0-0000-7000-8000-000000000001" />, {
    answers: { 'backups.collections': answer },
  });
  const link = await screen.findByRole('link', { name: 'many.c0' });
  expect(link.getAttribute('href')).toBe('/backups/0190f5a0-0000-7000-8000-000000000001/collections/many.c0');
  expect(screen.queryByRole('link', { name: 'many.c1' })).toBeNull();
  expect(screen.getAllByRole('row')).toHaveLength(101);
  fireEvent.click(screen.getByRole('button', { name: 'Show more of 10,000' }));
  await screen.findByRole('link', { name: 'many.c150' });
  fireEvent.input(screen.getByRole('textbox', { name: 'Find a collection' }), { target: { value: 'c9999' } });
  await screen.findByText('1 found');
  expect(screen.getAllByRole('link').map(({ textContent }) => textContent)).toEqual(['many.c9999']);
  fireEvent.input(screen.getByRole('textbox', { name: 'Find a collection' }), { target: { value: 'none' } });
  await screen.findByText('There is no such collection.');
});
