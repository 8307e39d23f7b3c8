import type { JSX } from 'solid-js';
import { Mark, type MarkName, type Tone, toneClass } from '../marks/mark.tsx';

/** A state as mark and word, in the hue of the state. */
export function Word(props: { mark?: MarkName; tone?: Tone | undefined; children: JSX.Element }) {
  return (
    <span class="word" classList={toneClass(props.tone)}>
      {props.mark ? <Mark name={props.mark} /> : null}
      {props.children}
    </span>
  );
}
