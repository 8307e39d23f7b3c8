// The databases and collections of a backup, to tick. A database unfolds to its collections; long lists come in parts.
import type { BackupCollection } from '@holdfast/shared/backup';
import { useQuery } from '@tanstack/solid-query';
import Search from 'lucide-solid/icons/search';
import { createEffect, createMemo, createSignal, For, Show } from 'solid-js';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import {
  chooseCollection,
  chooseDatabase,
  type Inventory,
  inventoryOf,
  isChosen,
  type NamespaceChoice,
  namespacesOf,
  tickOf,
} from './namespace-choice.ts';

/** The most that the server gives in one page. */
const pageSize = 1_000;
const shownAtOnce = 100;
const shownMore = 500;
/** So few collections stand open without being asked for. */
const openBelow = 25;

export interface NamespaceTreeProps {
  backupId: string;
  choice: NamespaceChoice;
  onChoose: (choice: NamespaceChoice) => void;
  /** What is wrong with the choice. */
  problem: string | null;
}

export function NamespaceTree(props: NamespaceTreeProps) {
  const { t } = useI18n();
  const collections = createCollections(() => props.backupId);
  const inventory = createMemo(() => collections.data && inventoryOf(collections.data));
  return (
    <fieldset class="pick" aria-label={t('restorePlan.chooseCollections')}>
      <RefusalNote error={collections.error} />
      <Show
        when={inventory()}
        fallback={
          <Show when={!collections.error}>
            <p class="muted" role="status">
              {t('restorePlan.loadingCollections')}
            </p>
          </Show>
        }
      >
        {(found) => <Tree {...props} inventory={found()} />}
      </Show>
    </fieldset>
  );
}

/** All collections of the backup's manifest, by name. */
function createCollections(backupId: () => string) {
  const api = useApi();
  return useQuery(() => {
    const input = { id: backupId() as never, order: 'name' as const, limit: pageSize };
    return {
      queryKey: [...api.backups.collections.key(input), 'all'],
      queryFn: async () => {
        const found: BackupCollection[] = [];
        let cursor: number | null = 0;
        while (cursor !== null) {
          const page: { items: BackupCollection[]; nextCursor: number | null } = await api.backups.collections.fetch({
            ...input,
            cursor,
          });
          found.push(...page.items);
          cursor = page.nextCursor;
        }
        return found;
      },
    };
  });
}

function Tree(props: NamespaceTreeProps & { inventory: Inventory }) {
  const { t } = useI18n();
  const [search, setSearch] = createSignal('');
  const wanted = () => search().trim().toLowerCase();
  const total = () => [...props.inventory.values()].reduce((sum, names) => sum + names.length, 0);
  const databases = createMemo(() =>
    [...props.inventory]
      .map(([database, names]) => ({ database, found: names.filter((name) => fits(database, name, wanted())) }))
      .filter(({ found }) => found.length > 0),
  );
  return (
    <>
      <Show when={total() > openBelow}>
        <label class="search">
          <Search class="icon" aria-hidden="true" />
          <span class="visually-hidden">{t('restorePlan.searchTree')}</span>
          <input
            class="input"
            value={search()}
            placeholder={t('restorePlan.searchTree')}
            autocomplete="off"
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </label>
      </Show>
      <ul class="pick-list">
        <For each={databases()} fallback={<li class="muted">{t('restorePlan.noRow')}</li>}>
          {({ database, found }) => (
            <Database {...props} database={database} found={found} isOpen={total() <= openBelow || wanted() !== ''} />
          )}
        </For>
      </ul>
      <p class="pick-note" classList={{ danger: props.problem !== null }} aria-live="polite">
        <Show when={props.problem} fallback={t('restorePlan.chosenCount', namespacesOf(props.choice).length)}>
          <Mark name="danger" />
          {props.problem}
        </Show>
      </p>
    </>
  );
}

function fits(database: string, collection: string, wanted: string): boolean {
  return wanted === '' || `${database}.${collection}`.toLowerCase().includes(wanted);
}

interface DatabaseProps extends NamespaceTreeProps {
  inventory: Inventory;
  database: string;
  /** Its collections that fit the search. */
  found: readonly string[];
  isOpen: boolean;
}

function Database(props: DatabaseProps) {
  const { t, f } = useI18n();
  const tick = () => tickOf(props.choice, props.database);
  const [isToggled, setToggled] = createSignal(false);
  const isOpen = () => props.isOpen !== isToggled();
  return (
    <li>
      <div class="pick-line">
        <button
          class="pos"
          type="button"
          aria-expanded={isOpen()}
          aria-label={t('restorePlan.toggleCollections', props.database)}
          onClick={() => setToggled(!isToggled())}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={tick() === 'all'}
            ref={(input) => createEffect(() => (input.indeterminate = tick() === 'some'))}
            onChange={(event) =>
              props.onChoose(chooseDatabase(props.choice, props.database, event.currentTarget.checked))
            }
          />
          <b>{props.database}</b>
        </label>
        <span class="faint">{f.count(props.found.length)}</span>
      </div>
      <Show when={isOpen()}>
        <Collections {...props} />
      </Show>
    </li>
  );
}

function Collections(props: DatabaseProps) {
  const { t } = useI18n();
  const [shown, setShown] = createSignal(shownAtOnce);
  const left = () => props.found.length - shown();
  return (
    <ul>
      <For each={props.found.slice(0, shown())}>
        {(collection) => <Collection {...props} collection={collection} />}
      </For>
      <Show when={left() > 0}>
        <li>
          <button class="btn quiet small" type="button" onClick={() => setShown(shown() + shownMore)}>
            {t('restorePlan.moreRows', Math.min(shownMore, left()))}
          </button>
        </li>
      </Show>
    </ul>
  );
}

function Collection(props: DatabaseProps & { collection: string }) {
  const name = () => ({ database: props.database, collection: props.collection });
  return (
    <li>
      <label class="check">
        <input
          type="checkbox"
          checked={isChosen(props.choice, props.database, props.collection)}
          onChange={(event) =>
            props.onChoose(chooseCollection(props.choice, props.inventory, name(), event.currentTarget.checked))
          }
        />
        <span class="code">{props.collection}</span>
      </label>
    </li>
  );
}
