// Marks say by shape first what a colour repeats. Four families that never mix: proof, state, plan, thread.
import type { JSX } from 'solid-js';

export type MarkName =
  | 'written'
  | 'verified'
  | 'tested'
  | 'ok'
  | 'running'
  | 'attention'
  | 'danger'
  | 'paused'
  | 'todo'
  | 'done'
  | 'drop'
  | 'swap'
  | 'add'
  | 'same'
  | 'link'
  | 'head';

/** The hue of a state. A mark without one is drawn in the colour of the text around it. */
export type Tone = 'safe' | 'attention' | 'danger' | 'running' | 'off';

const shapes: Record<MarkName, () => JSX.Element> = {
  written: () => <circle class="m-ring" cx="8" cy="8" r="6.4" />,
  verified: () => (
    <>
      <circle class="m-ring" cx="8" cy="8" r="6.4" />
      <circle class="m-disc" cx="8" cy="8" r="3" />
    </>
  ),
  tested: () => onDisc(<circle class="m-disc" cx="8" cy="8" r="7.5" />, 'm4.9 8.3 2.1 2.1 4.1-4.5'),
  ok: () => onGround(<circle class="m-disc" cx="8" cy="8" r="4.5" />),
  running: () => (
    <>
      <circle class="m-track" cx="8" cy="8" r="6.2" />
      <path class="m-arc" d="M8 1.8a6.2 6.2 0 0 1 6.2 6.2" />
    </>
  ),
  attention: () =>
    onDisc(
      <path
        class="m-disc"
        d="M6.9 1.5a1.27 1.27 0 0 1 2.2 0l6.3 11.1a1.27 1.27 0 0 1-1.1 1.9H1.7a1.27 1.27 0 0 1-1.1-1.9z"
      />,
      'M8 5.6v3.2M8 11.6v.01',
    ),
  danger: () => onDisc(square(), 'm5.3 5.3 5.4 5.4M10.7 5.3l-5.4 5.4'),
  paused: () => (
    <>
      <circle class="m-ring" cx="8" cy="8" r="6.4" />
      <path class="m-line" d="M6.3 5.8v4.4M9.7 5.8v4.4" />
    </>
  ),
  todo: () => <circle class="m-ring" cx="8" cy="8" r="6.4" stroke-dasharray="2.4 2.63" />,
  done: () => onGround(<path class="m-line" d="m2.8 8.6 3.4 3.4 7-8" />),
  drop: () => onDisc(square(), 'M4.6 8h6.8'),
  swap: () =>
    onGround(<path class="m-line" d="M2.8 5.6h9.6M9.9 3l2.6 2.6-2.6 2.6M13.2 10.4H3.6M6.1 7.8l-2.6 2.6 2.6 2.6" />),
  add: () => onGround(<path class="m-line" d="M8 3.2v9.6M3.2 8h9.6" />),
  same: () => onGround(<path class="m-line" d="M4 6.2h8M4 9.8h8" />),
  link: () => <rect class="m-link" x="5.25" y="3.25" width="5.5" height="9.5" rx="2.75" />,
  head: () => <rect class="m-disc" x="5" y="3" width="6" height="10" rx="3" />,
};

/** One mark, 16 px unless the style around says otherwise. Decoration: the word beside it is what is read aloud. */
export function Mark(props: { name: MarkName; tone?: Tone | undefined }) {
  return (
    <svg class="mark" classList={toneClass(props.tone)} viewBox="0 0 16 16" aria-hidden="true">
      {shapes[props.name]()}
    </svg>
  );
}

/** `classList` for a tone. */
export function toneClass(tone: Tone | undefined): Record<string, boolean> {
  return tone ? { [tone]: true } : {};
}

function onDisc(ground: JSX.Element, cut: string) {
  return (
    <>
      {ground}
      <path class="m-cut" d={cut} />
    </>
  );
}

function onGround(sign: JSX.Element) {
  return (
    <>
      <circle class="m-ground" cx="8" cy="8" r="7.5" />
      {sign}
    </>
  );
}

function square() {
  return <rect class="m-disc" x="1" y="1" width="14" height="14" rx="2.5" />;
}
