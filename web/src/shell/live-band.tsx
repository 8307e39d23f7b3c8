// Says when the page has stopped knowing, and when it knows again. Changes only when that fact changes.
import { createEffect, createSignal, on, onCleanup, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live-context.tsx';
import { Mark } from '../marks/mark.tsx';

const shownAgainForMs = 8000;

export function LiveBand() {
  const live = useLive();
  const caughtUp = createCaughtUp();
  return (
    <div class="band" aria-live="polite">
      <Show when={live.status().connection === 'lost'} fallback={<LiveAgain caughtUp={caughtUp()} />}>
        <NotLive />
      </Show>
    </div>
  );
}

function NotLive() {
  const { t, f } = useI18n();
  const live = useLive();
  const isLedger = () => live.status().silent === 'ledger';
  return (
    <div class="lost">
      <span class="on-thread">
        <Mark name="attention" tone="attention" />
      </span>
      <p>
        <b>
          {t(isLedger() ? 'live.ledgerLost' : 'live.lost', f.seconds(live.status().since))},{' '}
          <span aria-live="off">{f.duration(now() - live.status().since)}.</span>
        </b>{' '}
        <Show when={live.status().position > 0}>{t('live.trueAsOf', live.status().position)}</Show>{' '}
        {t(isLedger() ? 'live.ledgerGoesOn' : 'live.goesOn')}
      </p>
      <button class="btn small" type="button" onClick={() => live.retry()}>
        {t('live.retry')}
      </button>
    </div>
  );
}

interface CaughtUp {
  readonly from: number;
  readonly to: number;
}

function LiveAgain(props: { caughtUp: CaughtUp | null }) {
  const { t } = useI18n();
  return (
    <Show when={props.caughtUp}>
      {(range) => (
        <div class="lost calm-row">
          <span class="on-thread">
            <Mark name="ok" tone="safe" />
          </span>
          <p>
            <b>{t('live.again')}</b> {t('live.missed', range().from, range().to)}
          </p>
        </div>
      )}
    </Show>
  );
}

/** The positions that were missed, once all of them are in; goes by itself. */
function createCaughtUp() {
  const live = useLive();
  const [caughtUp, setCaughtUp] = createSignal<CaughtUp | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let before: number | null = null;
  createEffect(
    on(live.status, (status) => {
      if (status.connection === 'lost') before ??= status.position;
      if (status.connection !== 'live' || before === null || status.position < status.head) return;
      setCaughtUp({ from: before + 1, to: status.position });
      before = null;
      clearTimeout(timer);
      timer = setTimeout(() => setCaughtUp(null), shownAgainForMs);
    }),
  );
  onCleanup(() => clearTimeout(timer));
  return caughtUp;
}
