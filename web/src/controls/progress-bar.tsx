// A share of something. Its width is set through the CSSOM, which a strict Content-Security-Policy allows.

/** `share` is 0 to 1, null when unknown. `label` names what progresses. */
export function ProgressBar(props: {
  share: number | null;
  label: string;
  big?: boolean;
  done?: boolean;
  stalled?: boolean;
}) {
  const percent = () => Math.floor((props.share ?? 0) * 100);
  return (
    <span
      class="progress"
      classList={{ big: props.big ?? false, done: props.done ?? false, stalled: props.stalled ?? false }}
      role="progressbar"
      aria-valuenow={props.share === null ? undefined : percent()}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-label={props.label}
    >
      <i style={{ width: `${percent()}%` }} />
    </span>
  );
}
