// The steps of a restore on the thread: how long each took, where the ledger says so, and what is being written now.
import type { LedgerEvent } from '@holdfast/shared/events';
import type { OperationProgress } from '@holdfast/shared/operation';
import type { Restore } from '@holdfast/shared/restore';
import { useQuery } from '@tanstack/solid-query';
import { createMemo, For, Show } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Mark, type MarkName, type Tone } from '../marks/mark.tsx';
import { NamespaceProgressTable } from '../operations/progress-panel.tsx';
import { type PhaseStep, phaseSteps } from './restore-phases.ts';

const looks: Record<PhaseStep['state'], { mark: MarkName; tone?: Tone }> = {
  done: { mark: 'done' },
  running: { mark: 'running', tone: 'running' },
  failed: { mark: 'danger', tone: 'danger' },
  cancelled: { mark: 'paused', tone: 'off' },
  todo: { mark: 'todo', tone: 'off' },
};

export function PhaseThread(props: { restore: Restore; progress: OperationProgress | undefined }) {
  const { t } = useI18n();
  const api = useApi();
  const events = useQuery(() => api.audit.search.query({ operationId: props.restore.id, limit: 100 }));
  const steps = createMemo(() => phaseSteps(props.restore, (events.data?.events ?? []) as LedgerEvent[], now()));
  const names = createMemo(() => steps().map(({ phase }) => phase), [], { equals: isSame });
  return (
    <Show when={events.data && steps().length > 0}>
      <ol class="thread flow" aria-label={t('restoreRun.steps')}>
        <For each={names()}>
          {(phase, index) => (
            <Show when={steps()[index()]}>
              {(step) => <Step step={step()} restore={props.restore} progress={phaseProgress(props.progress, phase)} />}
            </Show>
          )}
        </For>
      </ol>
    </Show>
  );
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

/** The progress, when it is of this phase. */
function phaseProgress(progress: OperationProgress | undefined, phase: string): OperationProgress | undefined {
  return progress?.phase === phase ? progress : undefined;
}

function Step(props: { step: PhaseStep; restore: Restore; progress: OperationProgress | undefined }) {
  const { t, f } = useI18n();
  const look = () => looks[props.step.state];
  const isRunning = () => props.step.state === 'running';
  return (
    <li classList={{ future: props.step.state === 'todo' }} aria-current={isRunning() ? 'step' : undefined}>
      <Mark name={look().mark} tone={look().tone} />
      <div>
        <h3>
          {t('restoreRun.step', props.step.phase, props.restore)}
          <span class="visually-hidden">, {t(`restoreRun.stepState.${props.step.state}`)}</span>
        </h3>
        <p>{t('restoreRun.stepText', props.step.phase, props.restore)}</p>
      </div>
      <span class="took" classList={{ running: isRunning() }}>
        {props.step.tookMs === null ? '' : f.duration(props.step.tookMs)}
      </span>
      <Show when={props.step.position} fallback={<span />}>
        {(position) => (
          <a class="pos" href={`/activity?at=${position()}`}>
            #{f.count(position())}
          </a>
        )}
      </Show>
      <Show when={isRunning() && (props.progress?.namespaces.length ?? 0) > 0}>
        <div class="inner">
          <NamespaceProgressTable namespaces={props.progress?.namespaces ?? []} />
        </div>
      </Show>
    </li>
  );
}
