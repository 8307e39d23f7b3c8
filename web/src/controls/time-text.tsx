// A point in time as text: how long ago it is and when that was.
import { Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';

/** Relative on the first line, absolute below it: "5 hours ago / today 02:31". */
export function AgeText(props: { at: string }) {
  const { f } = useI18n();
  return (
    <time dateTime={props.at}>
      {f.relative(props.at, now())}
      <span class="sub">{f.near(props.at, now())}</span>
    </time>
  );
}

/** Absolute on the first line, relative below it. */
export function MomentText(props: { at: string; plain?: boolean }) {
  const { f } = useI18n();
  return (
    <time dateTime={props.at}>
      {f.moment(props.at)}
      <Show when={!props.plain}>
        <span class="sub">{f.relative(props.at, now())}</span>
      </Show>
    </time>
  );
}
