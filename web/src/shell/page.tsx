// A page: where you are, what it is true as of, one answer, then its content. The thread runs down its left edge.
import { createEffect, For, type JSX, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live-context.tsx';
import { Mark, type MarkName, type Tone } from '../marks/mark.tsx';
import { LiveBand } from './live-band.tsx';

export interface Crumb {
  label: string;
  href?: string;
}

export interface PageProps {
  /** The browser tab's name. */
  title: string;
  crumbs?: Crumb[];
  children: JSX.Element;
}

export function Page(props: PageProps) {
  const live = useLive();
  createEffect(() => {
    document.title = `${props.title} · Holdfast`;
  });
  const isCut = () => live.status().connection === 'lost';
  return (
    <main class="page" classList={{ cut: isCut() }} id="main" tabindex="-1">
      <div class="asof">
        <span class="on-thread">
          <Mark name="head" tone={isCut() ? 'attention' : undefined} />
        </span>
        <Show when={props.crumbs?.length} fallback={<Today />}>
          <Crumbs crumbs={props.crumbs ?? []} />
        </Show>
        <AsOf />
      </div>
      <LiveBand />
      {props.children}
    </main>
  );
}

function Today() {
  const { f } = useI18n();
  return <span>{f.day(now())}</span>;
}

function Crumbs(props: { crumbs: Crumb[] }) {
  const { t } = useI18n();
  return (
    <nav aria-label={t('shell.whereYouAre')}>
      <ol class="crumbs">
        <For each={props.crumbs}>
          {(crumb) => (
            <li>
              <Show when={crumb.href} fallback={<span aria-current="page">{crumb.label}</span>}>
                <a href={crumb.href}>{crumb.label}</a>
              </Show>
            </li>
          )}
        </For>
      </ol>
    </nav>
  );
}

/** Names the ledger position that the page is true as of, the clock and its zone. */
function AsOf() {
  const { t, f } = useI18n();
  const live = useLive();
  const isLive = () => live.status().connection === 'live';
  const at = () => (live.status().connection === 'lost' ? live.status().since : now());
  return (
    <p class="live">
      <Show when={live.status().position > 0} fallback={<span>{t('shell.connecting')}</span>}>
        <span>
          {isLive() ? t('shell.liveAsOf') : t('shell.trueAsOf')}{' '}
          <a class="pos" href={`/activity?at=${live.status().position}`}>
            #{f.count(live.status().position)}
          </a>
        </span>
        <time dateTime={new Date(at()).toISOString()}>{f.seconds(at())}</time>
        <span>{f.zoneWithOffset(at())}</span>
      </Show>
    </p>
  );
}

export interface VerdictProps {
  mark?: MarkName | undefined;
  tone?: Tone | undefined;
  /** The answer, and its muted second half. */
  answer: JSX.Element;
  rest?: JSX.Element;
  facts?: JSX.Element;
  actions?: JSX.Element;
  /** A page head is smaller than the one answer of the overview. */
  small?: boolean;
}

/** The one answer that a page opens with. */
export function Verdict(props: VerdictProps) {
  return (
    <div class="verdict" classList={{ 'page-head': props.small ?? false }}>
      <Show when={props.mark}>
        {(mark) => (
          <span class="on-thread">
            <Mark name={mark()} tone={props.tone} />
          </span>
        )}
      </Show>
      <div>
        <h1>
          {props.answer} <span>{props.rest}</span>
        </h1>
        <Show when={props.facts}>
          <p>{props.facts}</p>
        </Show>
      </div>
      <Show when={props.actions}>
        <div class="actions">{props.actions}</div>
      </Show>
    </div>
  );
}

export interface SectionProps {
  title: string;
  note?: JSX.Element;
  end?: JSX.Element;
  first?: boolean;
  id?: string;
  children: JSX.Element;
}

/** A part of a page under its own heading. */
export function Section(props: SectionProps) {
  return (
    <section class="section" classList={{ first: props.first ?? false }} id={props.id} aria-label={props.title}>
      <header>
        <h2>{props.title}</h2>
        <Show when={props.note}>
          <p>{props.note}</p>
        </Show>
        <Show when={props.end}>
          <div class="actions">{props.end}</div>
        </Show>
      </header>
      {props.children}
    </section>
  );
}

/** A row of a few facts: label over value. */
export function Vitals(props: { facts: { label: string; value: JSX.Element; note?: JSX.Element }[] }) {
  return (
    <dl class="vitals">
      <For each={props.facts}>
        {(fact) => (
          <div>
            <dt>{fact.label}</dt>
            <dd>
              {fact.value} <small>{fact.note}</small>
            </dd>
          </div>
        )}
      </For>
    </dl>
  );
}
