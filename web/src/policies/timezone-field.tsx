// A time zone, found by typing a part of its name.
import * as Combobox from '@kobalte/core/combobox';
import ChevronDown from 'lucide-solid/icons/chevron-down';
import { createMemo, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { knownTimezones } from './policy-draft.ts';

export interface TimezoneFieldProps {
  value: string;
  was: string | null;
  onChange: (zone: string) => void;
}

export function TimezoneField(props: TimezoneFieldProps) {
  const { t, f } = useI18n();
  // One that is saved but unknown to this browser stays in the list.
  const zones = createMemo(() => [...new Set([props.value, ...knownTimezones()])]);
  return (
    <Combobox.Root<string>
      class="field"
      classList={{ changed: props.was !== null }}
      options={zones()}
      value={props.value}
      onChange={(zone: string | null) => zone && props.onChange(zone)}
      defaultFilter={(zone, input) => searchable(zone).includes(searchable(input))}
      triggerMode="focus"
      gutter={4}
      itemComponent={(item) => (
        <Combobox.Item item={item.item} class="option">
          <Combobox.ItemLabel>{item.item.rawValue}</Combobox.ItemLabel>
          <span class="faint">{f.zoneName(now(), item.item.rawValue)}</span>
        </Combobox.Item>
      )}
    >
      <Combobox.Label>{t('policies.timezone')}</Combobox.Label>
      <Combobox.Control class="combo">
        <Combobox.Input class="input" />
        <Combobox.Trigger class="combo-open" aria-label={t('policies.showTimezones')}>
          <ChevronDown class="icon" aria-hidden="true" />
        </Combobox.Trigger>
      </Combobox.Control>
      <span>
        <span class="hint">
          <Show when={props.was}>
            <b>{props.was}</b>{' '}
          </Show>
          {t('policies.nowThere', f.clock(now(), props.value), f.zoneName(now(), props.value))}
        </span>
      </span>
      <Combobox.Portal>
        <Combobox.Content class="menu zones">
          <Combobox.Listbox />
        </Combobox.Content>
      </Combobox.Portal>
    </Combobox.Root>
  );
}

/** "New York" finds "America/New_York". */
function searchable(text: string): string {
  return text.toLowerCase().replaceAll('_', ' ');
}
