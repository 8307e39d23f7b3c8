// The documents of a page beside the one that is read: found by `_id` or by fields, moved through page by page.
import type { BackupCollection } from '@holdfast/shared/backup';
import type { FoundDocument } from '@holdfast/shared/document';
import { type JsonNode, parseOrderedJson } from '@holdfast/shared/ordered-json';
import Check from 'lucide-solid/icons/check';
import Copy from 'lucide-solid/icons/copy';
import Search from 'lucide-solid/icons/search';
import { createEffect, createMemo, createSignal, For, on, onMount, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { RefusalNote, refusalWords } from '../controls/refusal-note.tsx';
import { refusedWith, toRefusal } from '../data/refusal.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { createDocumentSearch, type DocumentSearch } from './document-search.ts';
import { DocumentTree } from './document-tree.tsx';
import { filterOf } from './find-text.ts';
import { PutBack } from './put-back.tsx';
import { typedValue } from './typed-value.ts';

export function DocumentBrowser(props: { id: string; namespace: string }) {
  const search = createDocumentSearch(() => ({ id: props.id, namespace: props.namespace }));
  const [chosen, setChosen] = createSignal(0);
  onMount(() => search.find(null));
  createEffect(on([() => search.state.from, () => search.state.filter], () => setChosen(0)));
  const documents = () => search.state.documents;
  const isFilterWrong = () => refusedWith(search.state.error, 'FILTER_INVALID');
  return (
    <>
      <Show when={!isFilterWrong()}>
        <RefusalNote error={search.state.error} />
      </Show>
      <div class="browser">
        <FindBar search={search} />
        <Show
          when={search.state.collection !== null || search.state.error}
          fallback={
            <div class="browser-all">
              <Bones lines={6} />
            </div>
          }
        >
          <DocumentList documents={documents()} chosen={chosen()} onChoose={setChosen} search={search} />
          <div class="doc">
            <Show when={documents()[chosen()]} keyed>
              {(document) => (
                <ReadDocument document={document} backupId={props.id} collection={search.state.collection} />
              )}
            </Show>
          </div>
        </Show>
      </div>
    </>
  );
}

function FindBar(props: { search: DocumentSearch }) {
  const { t } = useI18n();
  const [typed, setTyped] = createSignal('');
  const problem = () => {
    const { error } = props.search.state;
    return refusedWith(error, 'FILTER_INVALID') ? refusalWords(t, toRefusal(error)) : null;
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    props.search.find(filterOf(typed()));
  };
  return (
    <search class="browser-bar">
      <form onSubmit={submit}>
        <label class="search">
          <Search class="icon" aria-hidden="true" />
          <span class="visually-hidden">{t('documents.find')}</span>
          <input
            class="input code"
            value={typed()}
            placeholder={t('documents.findExample')}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-invalid={problem() !== null}
            aria-describedby="find-below"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <button class="btn small" type="submit">
          {t('documents.findButton')}
        </button>
        <Show when={props.search.state.filter !== null}>
          <button
            class="btn quiet small"
            type="button"
            onClick={() => {
              setTyped('');
              props.search.find(null);
            }}
          >
            {t('documents.showAll')}
          </button>
        </Show>
      </form>
      <FindFacts search={props.search} problem={problem()} />
    </search>
  );
}

function FindFacts(props: { search: DocumentSearch; problem: { message: string; hint: string } | null }) {
  const { t } = useI18n();
  return (
    <p class="browser-facts" id="find-below" aria-live="polite">
      <Show when={props.problem} fallback={<span class="faint">{factsText(t, props.search.state)}</span>}>
        {(problem) => (
          <span class="error">
            <Mark name="danger" />
            <span>
              {problem().message} {problem().hint}
            </span>
          </span>
        )}
      </Show>
      <Show when={props.search.state.isLooking && props.search.state.filter !== null}>
        <button class="btn small" type="button" onClick={() => props.search.stop()}>
          {t('documents.stop')}
        </button>
      </Show>
    </p>
  );
}

function factsText(t: ReturnType<typeof useI18n>['t'], state: DocumentSearch['state']): string {
  const total = state.collection?.documents;
  if (total === undefined) return '';
  const found = state.documents.length;
  if (state.filter === null) return t('documents.range', { from: state.from, found, total });
  return t('documents.looked', { found, looked: state.next ?? total, total, isLooking: state.isLooking });
}

interface ListProps {
  readonly documents: readonly FoundDocument[];
  readonly chosen: number;
  readonly onChoose: (place: number) => void;
  readonly search: DocumentSearch;
}

function DocumentList(props: ListProps) {
  const { t, f } = useI18n();
  const state = () => props.search.state;
  return (
    <div class="docs">
      <ul aria-label={t('documents.list')} onKeyDown={moveWithArrows}>
        <For each={props.documents}>
          {(document, place) => (
            <li>
              <button type="button" aria-current={place() === props.chosen} onClick={() => props.onChoose(place())}>
                <Summary document={document} />
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={state().before.length > 0 || state().next !== null}>
        <nav class="pager" aria-label={t('documents.pages')}>
          <button
            class="btn small"
            type="button"
            disabled={state().before.length === 0 || state().isLooking}
            onClick={() => props.search.previous()}
          >
            {t('documents.previous')}
          </button>
          <button
            class="btn small"
            type="button"
            disabled={state().next === null || state().isLooking}
            onClick={() => props.search.next()}
          >
            {t('documents.next')}
          </button>
          <Show when={state().next}>
            {(next) => <span class="faint">{t('documents.from', f.count(next() + 1))}</span>}
          </Show>
        </nav>
      </Show>
    </div>
  );
}

/** Up and down from one document to the next: it is read as it is reached. */
function moveWithArrows(event: KeyboardEvent & { currentTarget: HTMLUListElement }): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const next = step === 0 ? undefined : buttons[buttons.indexOf(event.target as HTMLButtonElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
  next.click();
}

/** The `_id`, and the first values that fit beside it. */
function Summary(props: { document: FoundDocument }) {
  const { f } = useI18n();
  const fields = createMemo(() => {
    const node = parse(props.document.json);
    const entries = node.kind === 'object' ? node.entries : [];
    const id = entries.find(([name]) => name === '_id');
    const texts = entries.filter((entry) => entry !== id).map(([, value]) => shortText(value));
    return { id: id ? shortText(id[1]) : '', rest: texts.filter(Boolean).slice(0, 4).join(', ') };
  });
  return (
    <>
      <span class="doc-id">{fields().id || '–'}</span>
      <span class="sub">
        #{f.count(props.document.position + 1)} {fields().rest}
      </span>
    </>
  );
}

const shortest = 60;

function shortText(node: JsonNode): string {
  const value = typedValue(node);
  if (value.kind === 'array') return `[${value.entries.length}]`;
  if (value.kind === 'object') return `{${value.entries.length}}`;
  return value.text.length > shortest ? `${value.text.slice(0, shortest)}…` : value.text;
}

function ReadDocument(props: { document: FoundDocument; backupId: string; collection: BackupCollection | null }) {
  const { t, f } = useI18n();
  const [copied, setCopied] = createSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(props.document.json);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <>
      <div class="actions">
        <button class="btn small" type="button" onClick={() => void copy()}>
          <Show when={copied()} fallback={<Copy class="icon" aria-hidden="true" />}>
            <Check class="icon" aria-hidden="true" />
          </Show>
          {copied() ? t('common.copied') : t('documents.copy')}
        </button>
        <Show when={props.collection}>
          {(collection) => (
            <PutBack backupId={props.backupId} collection={collection()} position={props.document.position} />
          )}
        </Show>
        <span class="faint">
          {t('documents.documentFacts', f.count(props.document.position + 1), f.bytes(props.document.bytes))}
        </span>
      </div>
      <section class="well" tabindex="0" aria-label={t('documents.document')}>
        <DocumentTree document={parse(props.document.json)} openDepth={2} />
      </section>
    </>
  );
}

function parse(json: string): JsonNode {
  return parseOrderedJson(json);
}
