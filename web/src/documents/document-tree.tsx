// A document as a tree with the types of its values. What is closed is not drawn, and long lists are drawn in parts: a document
// may have 16 MB.
import type { JsonNode } from '@holdfast/shared/ordered-json';
import { createMemo, createSignal, For, Match, Show, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { type TypedValue, typedValue } from './typed-value.ts';

/** The fields of a document. Containers are open down to `openDepth`. */
export function DocumentTree(props: { document: JsonNode; openDepth?: number }) {
  return (
    <ul class="tree">
      <Entries value={containerOf(props.document)} openDepth={props.openDepth ?? 1} />
    </ul>
  );
}

type Container = Extract<TypedValue, { kind: 'object' | 'array' }>;
type Leaf = Exclude<TypedValue, Container>;

/** The document itself is never taken for a value of a type, whatever its keys are. */
function containerOf(node: JsonNode): Container {
  return { kind: 'object', entries: node.kind === 'object' ? node.entries : [] };
}

/** So many are drawn at once. */
const part = 100;

function Entries(props: { value: Container; openDepth: number }) {
  const { t, f } = useI18n();
  const [shown, setShown] = createSignal(part);
  const more = () => props.value.entries.length - shown();
  return (
    <>
      <For each={props.value.entries.slice(0, shown())}>
        {([name, node]) => <Entry name={name} node={node} openDepth={props.openDepth} />}
      </For>
      <Show when={more() > 0}>
        <li>
          <button class="btn quiet small" type="button" onClick={() => setShown((count) => count + part)}>
            {t('documents.showMore', f.count(Math.min(part, more())), f.count(more()))}
          </button>
        </li>
      </Show>
    </>
  );
}

function Entry(props: { name: string; node: JsonNode; openDepth: number }) {
  const value = createMemo(() => typedValue(props.node));
  const container = () => {
    const found = value();
    return (found.kind === 'object' || found.kind === 'array') && found.entries.length > 0 ? found : null;
  };
  return (
    <li>
      <Show when={container()} fallback={<LeafEntry name={props.name} value={value()} />}>
        {(found) => <Branch name={props.name} value={found()} openDepth={props.openDepth} />}
      </Show>
    </li>
  );
}

function Branch(props: { name: string; value: Container; openDepth: number }) {
  const { f } = useI18n();
  const [isOpen, setOpen] = createSignal(props.openDepth > 0);
  const size = () => {
    const count = f.count(props.value.entries.length);
    return props.value.kind === 'array' ? `[${count}]` : `{${count}}`;
  };
  return (
    <details open={isOpen()} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <b>{props.name}</b> {size()}
        <em>{props.value.kind}</em>
      </summary>
      <Show when={isOpen()}>
        <ul>
          <Entries value={props.value} openDepth={props.openDepth - 1} />
        </ul>
      </Show>
    </details>
  );
}

function LeafEntry(props: { name: string; value: TypedValue }) {
  return (
    <>
      <b>{props.name}</b>:{' '}
      <Switch>
        <Match when={props.value.kind === 'array'}>
          <span class="v">[]</span>
        </Match>
        <Match when={props.value.kind === 'object'}>
          <span class="v">{'{}'}</span>
        </Match>
        <Match when={props.value as Leaf}>{(leaf) => <LeafValue leaf={leaf()} />}</Match>
      </Switch>
    </>
  );
}

/** Long text is drawn up to here; the download and the copy have all of it. */
const longestText = 2_000;

function LeafValue(props: { leaf: Leaf }) {
  const text = () =>
    props.leaf.text.length > longestText ? `${props.leaf.text.slice(0, longestText)}…` : props.leaf.text;
  return (
    <>
      <Show when={props.leaf.kind === 'text'} fallback={<span class="v">{text()}</span>}>
        <span class="s">"{text()}"</span>
      </Show>
      <em>{props.leaf.type}</em>
    </>
  );
}
