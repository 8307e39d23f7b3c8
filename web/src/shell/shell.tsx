// The frame around every page: one bar, four places, what runs now, and the thread that begins in the logo.
import { A, type RouteSectionProps, useIsRouting, useLocation } from '@solidjs/router';
import Clock from 'lucide-solid/icons/clock';
import Contrast from 'lucide-solid/icons/contrast';
import GitCommit from 'lucide-solid/icons/git-commit-vertical';
import RotateCcw from 'lucide-solid/icons/rotate-ccw';
import Settings2 from 'lucide-solid/icons/settings-2';
import TextAlignStart from 'lucide-solid/icons/text-align-start';
import { type Component, createEffect, For, on, Show, Suspense } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { useLive } from '../live/live-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { LiveBand } from './live-band.tsx';
import { oppositeTheme, setTheme } from './theme.ts';

type PlaceName = 'overview' | 'activity' | 'restore' | 'policies' | 'settings';
interface Place {
  readonly name: PlaceName;
  readonly href: string;
  readonly icon: Component<{ class?: string; 'aria-hidden'?: 'true' }>;
  /** Paths that belong to this place besides its own. */
  readonly also?: RegExp;
}

const places: readonly Place[] = [
  { name: 'overview', href: '/', icon: TextAlignStart, also: /^\/(?:deployments\/|backups\/(?!.*\/restore$))/ },
  { name: 'activity', href: '/activity', icon: GitCommit },
  { name: 'restore', href: '/restore', icon: RotateCcw, also: /^\/(?:restores\/|backups\/[^/]+\/restore$)/ },
  { name: 'policies', href: '/policies', icon: Clock, also: /^\/policies\// },
  { name: 'settings', href: '/settings', icon: Settings2 },
];

export function Shell(props: RouteSectionProps) {
  const { t } = useI18n();
  focusMainOnNavigation();
  return (
    <>
      <a class="skip" href="#main">
        {t('shell.skip')}
      </a>
      <TopBar />
      <TabBar />
      <Suspense
        fallback={
          <main class="page" id="main">
            <LiveBand />
            <Bones lines={6} />
          </main>
        }
      >
        {props.children}
      </Suspense>
    </>
  );
}

function TopBar() {
  const { t } = useI18n();
  return (
    <header class="topbar">
      <A class="brand" href="/" end>
        <Logo />
        Holdfast
      </A>
      <nav class="nav" aria-label={t('shell.main')}>
        <For each={places.filter((place) => place.name !== 'restore')}>
          {(place) => (
            <a href={place.href} aria-current={isCurrent(place) ? 'page' : undefined}>
              {t(`shell.${place.name}`)}
            </a>
          )}
        </For>
      </nav>
      <div class="bar-end">
        <RunningNow />
        <a class="btn restore-now" href="/restore" aria-current={isCurrent(places[2]) ? 'page' : undefined}>
          <RotateCcw class="icon" aria-hidden="true" />
          {t('restores.restoreAsk')}
        </a>
        <button
          class="btn quiet icon-only"
          type="button"
          aria-label={t('shell.switchTheme')}
          onClick={() => setTheme(oppositeTheme())}
        >
          <Contrast class="icon" aria-hidden="true" />
        </button>
      </div>
    </header>
  );
}

function TabBar() {
  const { t } = useI18n();
  return (
    <nav class="tabbar" aria-label={t('shell.main')}>
      <For each={places}>
        {(place) => (
          <a href={place.href} aria-current={isCurrent(place) ? 'page' : undefined}>
            <place.icon class="icon" aria-hidden="true" />
            {t(place.name === 'overview' ? 'shell.overviewShort' : `shell.${place.name}`)}
          </a>
        )}
      </For>
    </nav>
  );
}

function RunningNow() {
  const { t } = useI18n();
  const live = useLive();
  return (
    <Show when={live.operations[0]}>
      {(first) => (
        <a class="now" href={live.operations.length === 1 ? operationHref(first()) : '/'}>
          <Mark name="running" />
          {t('shell.running', live.operations.length)}
        </a>
      )}
    </Show>
  );
}

/** The stem of the h is the thread's first stretch. */
function Logo() {
  return (
    <svg viewBox="0 0 56 48" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <path class="stem" d="M28 48V11" />
      <path class="stem" d="M28 27c0-5 3-8 6.5-8s6 2.6 6 6.5V30M37 31.5h7" />
    </svg>
  );
}

/** The page of a running operation. */
export function operationHref(operation: { kind: 'backup' | 'restore'; operationId: string }): string {
  return operation.kind === 'backup' ? `/backups/${operation.operationId}` : `/restores/${operation.operationId}`;
}

function isCurrent(place: Place | undefined): boolean {
  const { pathname } = useLocation();
  return place !== undefined && (pathname === place.href || (place.also?.test(pathname) ?? false));
}

/** After a navigation the keyboard and the screen reader go on at the top of the new page. */
function focusMainOnNavigation(): void {
  const location = useLocation();
  const isRouting = useIsRouting();
  createEffect(
    on([() => location.pathname, isRouting], ([path, routing], previous) => {
      if (routing || (previous && previous[0] === path && !previous[1])) return;
      if (previous) document.getElementById('main')?.focus({ preventScroll: true });
    }),
  );
}
