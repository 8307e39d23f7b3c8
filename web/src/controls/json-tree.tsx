// JSON as a tree that unfolds; types told by colour and quotes.
import { For, type JSX, Show } from 'solid-js';

/** One value with its name. Objects and lists are open down to `openDepth`. */
export function JsonTree(props: { name: string; value: unknown; openDepth?: number }) {
  const depth = () => props.openDepth ?? 1;
  return (
    <li>
      <Show
        when={isContainer(props.value) && entriesOf(props.value).length > 0}
        fallback={
          <>
            <b>{props.name}</b>: {leaf(props.value)}
          </>
        }
      >
        <details open={depth() > 0}>
          <summary>
            <b>{props.name}</b> {sizeOf(props.value)}
          </summary>
          <ul>
            <For each={entriesOf(props.value)}>
              {([name, value]) => <JsonTree name={name} value={value} openDepth={depth() - 1} />}
            </For>
          </ul>
        </details>
      </Show>
    </li>
  );
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function entriesOf(value: unknown): [string, unknown][] {
  return isContainer(value) ? Object.entries(value) : [];
}

function sizeOf(value: unknown): string {
  const count = entriesOf(value).length;
  return Array.isArray(value) ? `[${count}]` : `{${count}}`;
}

function leaf(value: unknown): JSX.Element {
  if (typeof value === 'string') return <span class="s">"{value}"</span>;
  if (isContainer(value)) return <span class="v">{Array.isArray(value) ? '[]' : '{}'}</span>;
  return <span class="v">{String(value)}</span>;
}
