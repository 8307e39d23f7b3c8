import type { DocumentsPage } from '@holdfast/shared/document';
import { fireEvent, screen, within } from '@solidjs/testing-library';
import { describe, expect, it } from 'vitest';
import { renderConsole } from '../testing/render-console.tsx';
import { DocumentBrowser } from './document-browser.tsx';

const total = 1_000_000;
const collection = {
  database: 'shop',
  collection: 'orders',
  type: 'collection',
  documents: total,
  bytes: 1,
  indexes: 1,
} as const;

function pageOf(positions: readonly number[], rest: Pick<DocumentsPage, 'nextCursor' | 'endedBy'>): DocumentsPage {
  const documents = positions.map((position) => ({
    position,
    bytes: 30,
    json: `{"_id":{"$numberInt":"${position}"},"2":"b","1":"a","long":{"in":{"list":[${Array.from({ length: 250 }, (_, n) => n)}]}}}`,
  }));
  return { collection, documents, ...rest };
}

interface Asked {
  readonly cursor: number;
  readonly filter?: string;
  readonly limit: number;
}

function show(answer: (asked: Asked) => DocumentsPage | Promise<DocumentsPage>) {
  return renderConsole(() => <DocumentBrowser id="id" namespace="shop.orders" />, {
    answers: { 'backups.documents': answer },
  });
}

/** The pages that were asked for. */
function asked(calls: { path: string; input: unknown }[]) {
  return calls.filter(({ path }) => path === 'backups.documents');
}

function find(text: string): void {
  const field = screen.getByRole('textbox', { name: 'Find by _id, or by fields and their values' });
  fireEvent.input(field, { target: { value: text } });
  fireEvent.click(screen.getByRole('button', { name: 'Find' }));
}

const first = () => pageOf([0, 1], { nextCursor: 2, endedBy: 'limit' });

describe('documents of a collection', () => {
  it('are shown in the order of their keys, and drawn only as far as they are open', async () => {
    show(first);
    const tree = await screen.findByRole('region', { name: 'Document' });
    expect(tree.textContent).toMatch(/_id: 0int32.*2: "b"string.*1: "a"string.*long/);
    expect(tree.textContent).not.toContain('99:');
    const details = within(tree).getByText('list').closest('details') as HTMLDetailsElement;
    details.open = true;
    fireEvent(details, new Event('toggle'));
    expect(tree.textContent).toContain('99: 99');
    expect(tree.textContent).not.toContain('100: 100');
    fireEvent.click(within(tree).getByRole('button', { name: 'Show 100 of 150 more' }));
    expect(tree.textContent).toContain('199: 199');
    fireEvent.click(within(tree).getByRole('button', { name: 'Show 50 of 50 more' }));
    expect(tree.textContent).toContain('249: 249');
  });

  it('are read one after the other with the arrow keys', async () => {
    show(first);
    const list = await screen.findByRole('list', { name: 'Documents' });
    const [one, two] = within(list).getAllByRole('button');
    one?.focus();
    fireEvent.keyDown(one as HTMLElement, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(two);
    await screen.findByText(/^Document 2, 30/);
    fireEvent.keyDown(two as HTMLElement, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(two);
    fireEvent.keyDown(two as HTMLElement, { key: 'ArrowUp' });
    await screen.findByText(/^Document 1, 30/);
  });

  it('are moved through page by page, there and back', async () => {
    const { calls } = show(({ cursor }) => pageOf([cursor], { nextCursor: cursor + 1, endedBy: 'limit' }));
    for (const [press, shown] of [
      ['Next', 2],
      ['Next', 3],
      ['Previous', 2],
    ] as const) {
      fireEvent.click(await screen.findByRole('button', { name: press }));
      await screen.findByText(`Documents ${shown} to ${shown} of 1,000,000, in the order of the dump.`);
    }
    expect(asked(calls).map(({ input }) => (input as Asked).cursor)).toEqual([0, 1, 2, 1]);
  });
});

describe('a filter over a large collection', () => {
  it('is looked on for until the page is full, and says how far it is', async () => {
    let release: (page: DocumentsPage) => void = () => {};
    const { calls } = show(({ filter, cursor }) => {
      if (filter === undefined) return first();
      if (cursor === 0) return pageOf([7], { nextCursor: 400_000, endedBy: 'budget' });
      return new Promise((resolve) => (release = resolve));
    });
    await screen.findByText(/^Documents 1 to 2/);
    find('{"state": "lost"}');
    await screen.findByText('1 found so far, 400,000 of 1,000,000 documents looked at…');
    expect(asked(calls).at(-1)?.input).toMatchObject({ filter: '{"state": "lost"}', cursor: 400_000, limit: 19 });
    release(pageOf([900_000], { nextCursor: null, endedBy: 'end' }));
    await screen.findByText('2 found, 1,000,000 of 1,000,000 documents looked at.');
    expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
  });

  it('is stopped, and keeps what it found', async () => {
    const { calls } = show(({ filter, cursor }) => {
      if (filter === undefined) return first();
      return cursor === 0 ? pageOf([7], { nextCursor: 400_000, endedBy: 'budget' }) : new Promise(() => {});
    });
    await screen.findByText(/^Documents 1 to 2/);
    find('{"state": "lost"}');
    fireEvent.click(await screen.findByRole('button', { name: 'Stop' }));
    await screen.findByText('1 found, 400,000 of 1,000,000 documents looked at.');
    expect(asked(calls)).toHaveLength(3);
    expect(screen.getByRole('button', { name: 'Next' }).hasAttribute('disabled')).toBe(false);
  });

  it('that is refused says why and takes nothing away', async () => {
    const details = { problem: 'name-expected', at: 2, subject: null };
    show(({ filter }) => {
      if (filter !== undefined) throw { app: { code: 'FILTER_INVALID', details, hint: '' } };
      return first();
    });
    await screen.findByText(/^Documents 1 to 2/);
    find('{state: 1}');
    await screen.findByText(/a name in double quotes must stand here, at character 2/);
    expect(within(screen.getByRole('list', { name: 'Documents' })).getAllByRole('listitem')).toHaveLength(2);
  });
});
