// One document of the backup beside the live one, and the confirmation. What would be replaced can be downloaded first: it
// is kept nowhere else.
import { parseOrderedJson } from '@holdfast/shared/ordered-json';
import type { PutBackChange, PutBackOutcome, PutBackPlan } from '@holdfast/shared/put-back';
import { useMutation } from '@tanstack/solid-query';
import Download from 'lucide-solid/icons/download';
import { createMemo, For, Match, onMount, Show, Switch } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { SheetDialog } from '../controls/sheet-dialog.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { Mark } from '../marks/mark.tsx';
import { downloadText } from '../settings/download-file.ts';
import { type DocumentDiff, diffDocuments } from './document-diff.ts';
import { idText } from './id-text.ts';

export interface PutBackDialogProps {
  backupId: string;
  namespace: string;
  position: number;
  onClose: () => void;
}

export function PutBackDialog(props: PutBackDialogProps) {
  const { t } = useI18n();
  const putBack = createPutBack(props);
  let back: HTMLButtonElement | undefined;
  return (
    <SheetDialog
      open
      wide
      onClose={props.onClose}
      title={t('putBack.title', props.namespace)}
      focusFirst={() => back}
      footer={<Footer putBack={putBack} onClose={props.onClose} ref={(button) => (back = button)} />}
    >
      <div class="dialog-text stacked">
        <Show when={putBack.plan()} fallback={<Show when={!putBack.error()}>{<Bones lines={3} />}</Show>}>
          {(plan) => <Preview plan={plan()} change={putBack.change()} outcome={putBack.outcome()} />}
        </Show>
        <Show when={putBack.recordProblem()}>{(problem) => <NotRecorded problem={problem()} />}</Show>
        <RefusalNote error={putBack.error()} />
      </div>
    </SheetDialog>
  );
}

interface PutBackState {
  plan: () => PutBackPlan | undefined;
  change: () => PutBackChange | undefined;
  outcome: () => PutBackOutcome | undefined;
  recordProblem: () => string | null | undefined;
  error: () => unknown;
  isWriting: () => boolean;
  write: () => void;
}

/** Looks at the live document as the dialog opens; what is written is what was looked at. */
function createPutBack(props: PutBackDialogProps): PutBackState {
  const api = useApi();
  const where = { backupId: props.backupId as never, namespace: props.namespace };
  const look = useMutation(() => ({
    mutationFn: () => api.restores.planPutBack.fetch({ ...where, positions: [props.position] }),
  }));
  const write = useMutation(() => api.restores.putBack.mutation());
  onMount(() => look.mutate());
  const change = () => look.data?.changes[0];
  return {
    plan: () => look.data,
    change,
    outcome: () => write.data?.outcomes[0],
    recordProblem: () => write.data?.recordProblem,
    error: () => write.error ?? look.error,
    isWriting: () => write.isPending,
    write: () => {
      const known = change();
      if (!known) return;
      write.mutate({ ...where, documents: [{ position: known.position, liveDigest: known.liveDigest }] });
    },
  };
}

function Preview(props: { plan: PutBackPlan; change: PutBackChange | undefined; outcome: PutBackOutcome | undefined }) {
  const { t, f } = useI18n();
  return (
    <>
      <dl class="facts">
        <dt>{t('restorePlan.facts.into')}</dt>
        <dd>
          <b>{props.plan.deploymentName}</b>
          <span class="sub">{props.plan.hosts.join(', ')}</span>
        </dd>
        <dt>{t('putBack.asOf')}</dt>
        <dd>
          {f.moment(props.plan.backupCreatedAt)} {f.zoneName(props.plan.backupCreatedAt)}
          <span class="sub">{f.relative(props.plan.backupCreatedAt, now())}</span>
        </dd>
        <dt>_id</dt>
        <dd class="code">{props.change ? idText(props.change.id) : ''}</dd>
      </dl>
      <Show when={props.change}>{(change) => <Change change={change()} outcome={props.outcome} />}</Show>
    </>
  );
}

function Change(props: { change: PutBackChange; outcome: PutBackOutcome | undefined }) {
  const { t } = useI18n();
  const diff = createMemo(() =>
    props.change.live === null
      ? null
      : diffDocuments(parseOrderedJson(props.change.live), parseOrderedJson(props.change.inBackup)),
  );
  return (
    <Show when={props.outcome} fallback={<Effect change={props.change} diff={diff()} />}>
      {(outcome) => (
        <div class="word-line" role="status">
          <Mark {...outcomeLook(outcome().outcome)} />
          <span>
            {t(`putBack.outcome.${outcome().outcome}`)}{' '}
            <Show when={outcome().outcome === 'failed' && outcome().replaced}>{t('putBack.mayBeReplaced')}</Show>
            <Show when={outcome().problem}>
              {(problem) => (
                <span class="sub" lang="en">
                  {problem()}
                </span>
              )}
            </Show>
          </span>
          <Show when={outcome().replaced}>{(replaced) => <SaveReplaced text={replaced()} id={props.change.id} />}</Show>
        </div>
      )}
    </Show>
  );
}

function NotRecorded(props: { problem: string }) {
  const { t } = useI18n();
  return (
    <div class="word-line" role="status">
      <Mark name="attention" tone="attention" />
      <span>
        {t('putBack.notRecorded')}
        <span class="sub" lang="en">
          {props.problem}
        </span>
      </span>
    </div>
  );
}

function outcomeLook(outcome: PutBackOutcome['outcome']) {
  const isDone = outcome === 'inserted' || outcome === 'replaced' || outcome === 'same';
  return isDone ? ({ name: 'done', tone: 'safe' } as const) : ({ name: 'attention', tone: 'attention' } as const);
}

function Effect(props: { change: PutBackChange; diff: DocumentDiff | null }) {
  const { t } = useI18n();
  return (
    <>
      <p class="word-line">
        <Switch>
          <Match when={props.change.action === 'insert'}>
            <Mark name="add" />
          </Match>
          <Match when={props.change.action === 'replace'}>
            <Mark name="swap" />
          </Match>
          <Match when={props.change.action === 'same'}>
            <Mark name="same" />
          </Match>
        </Switch>
        <b>{t(`putBack.effect.${props.change.action}`)}</b>
      </p>
      <Show when={props.change.action === 'replace' && props.diff}>{(diff) => <Differences diff={diff()} />}</Show>
      <Show when={props.change.action === 'replace' && props.change.live}>
        {(live) => (
          <p>
            {t('putBack.keptNowhere')} <SaveReplaced text={live()} id={props.change.id} />
          </p>
        )}
      </Show>
    </>
  );
}

/** So much of a value is drawn; the whole of it is in the document and in the download. */
const longest = 400;

function Differences(props: { diff: DocumentDiff }) {
  const { t } = useI18n();
  return (
    <Show when={!props.diff.isOrderOnly} fallback={<p class="muted">{t('putBack.orderOnly')}</p>}>
      <section class="value-diff" tabindex="0" aria-label={t('putBack.differences')}>
        <For each={props.diff.values}>
          {(value) => (
            <div>
              <b class="code">{value.path}</b>
              <Show when={value.live !== null}>
                <p class="minus">
                  <span class="visually-hidden">{t('putBack.liveNow')} </span>
                  <code>{clipped(value.live ?? '')}</code>
                </p>
              </Show>
              <Show when={value.inBackup !== null}>
                <p class="plus">
                  <span class="visually-hidden">{t('putBack.inBackup')} </span>
                  <code>{clipped(value.inBackup ?? '')}</code>
                </p>
              </Show>
            </div>
          )}
        </For>
      </section>
    </Show>
  );
}

function clipped(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function SaveReplaced(props: { text: string; id: string }) {
  const { t } = useI18n();
  const name = () => `document-${props.id.replace(/[^A-Za-z0-9_-]+/g, '') || 'live'}.json`;
  return (
    <button class="btn small" type="button" onClick={() => downloadText(name(), `${props.text}\n`)}>
      <Download class="icon" aria-hidden="true" />
      {t('putBack.saveLive')}
    </button>
  );
}

function Footer(props: { putBack: PutBackState; onClose: () => void; ref: (button: HTMLButtonElement) => void }) {
  const { t } = useI18n();
  const action = () => props.putBack.change()?.action;
  const canWrite = () => action() !== undefined && action() !== 'same' && props.putBack.outcome() === undefined;
  return (
    <>
      <button class="btn" type="button" ref={props.ref} onClick={() => props.onClose()}>
        {canWrite() ? t('common.goBack') : t('common.close')}
      </button>
      <Show when={canWrite()}>
        <button
          class={action() === 'replace' ? 'btn danger-solid' : 'btn primary'}
          type="button"
          disabled={props.putBack.isWriting()}
          onClick={() => props.putBack.write()}
        >
          {t(action() === 'replace' ? 'putBack.replace' : 'putBack.insert')}
        </button>
      </Show>
    </>
  );
}
