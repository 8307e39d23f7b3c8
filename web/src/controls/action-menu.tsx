// The further actions of a row, behind "…".
import * as DropdownMenu from '@kobalte/core/dropdown-menu';
import Ellipsis from 'lucide-solid/icons/ellipsis';
import { For, Show } from 'solid-js';

export interface MenuAction {
  label: string;
  run: () => void;
  danger?: boolean;
  /** Why it cannot be done now; shown below its name. */
  disabled?: string | false | undefined;
}

export function ActionMenu(props: { label: string; actions: MenuAction[] }) {
  return (
    <DropdownMenu.Root placement="bottom-end" gutter={4}>
      <DropdownMenu.Trigger class="btn quiet small icon-only" aria-label={props.label}>
        <Ellipsis class="icon" aria-hidden="true" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content class="menu">
          <For each={props.actions}>
            {(action) => (
              <DropdownMenu.Item
                classList={{ danger: action.danger ?? false }}
                disabled={Boolean(action.disabled)}
                onSelect={() => action.run()}
              >
                <span>
                  {action.label}
                  <Show when={action.disabled}>
                    <span class="sub">{action.disabled}</span>
                  </Show>
                </span>
              </DropdownMenu.Item>
            )}
          </For>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
