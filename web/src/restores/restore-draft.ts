// What somebody is about to restore: backup, target, the server's plan for it, and the typed phrase. The plan is made anew
// whenever the target changes; only the plan that is on the screen can be confirmed.
import type { Backup } from '@holdfast/shared/backup';
import type { RestoreTarget } from '@holdfast/shared/restore';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import { useNavigate } from '@solidjs/router';
import { useMutation, useQuery } from '@tanstack/solid-query';
import { type Accessor, createEffect, createSignal, on } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { useWatched } from '../operations/watched-operations.tsx';

export type RestoreStep = 'plan' | 'confirm';

export interface RestoreDraft {
  readonly backup: Accessor<Backup | undefined>;
  readonly step: Accessor<RestoreStep>;
  setStep(step: RestoreStep): void;
  readonly kind: Accessor<RestoreTarget['kind']>;
  setKind(kind: RestoreTarget['kind']): void;
  readonly suffix: Accessor<string>;
  /** Plans anew with this suffix; empty means the server's own. */
  setSuffix(suffix: string): void;
  readonly suffixProblem: Accessor<boolean>;
  /** Undefined while the server compares. */
  readonly plan: Accessor<RestorePlan | undefined>;
  replan(): void;
  readonly phrase: Accessor<string>;
  setPhrase(phrase: string): void;
  /** True when the typed phrase is exactly the one that the plan asks for, or none is asked for. */
  readonly phraseFits: Accessor<boolean>;
  confirm(): void;
  readonly isConfirming: Accessor<boolean>;
  readonly error: Accessor<unknown>;
}

/** Makes a draft and asks for its first plan, into a copy. `onStarted` is called once the ledger has the restore. */
export function createRestoreDraft(backupId: Accessor<string>, onStarted: () => void): RestoreDraft {
  const api = useApi();
  const [step, setStep] = createSignal<RestoreStep>('plan');
  const [kind, setKind] = createSignal<RestoreTarget['kind']>('copy');
  const [suffix, setSuffix] = createSignal('');
  const [phrase, setPhrase] = createSignal('');
  const backup = useQuery(() => api.backups.byId.query({ id: backupId() }));
  const plan = useMutation(() => api.restores.plan.mutation());
  const confirm = createConfirm(onStarted);

  const suffixProblem = () => suffix() !== '' && !/^[A-Za-z0-9_-]{1,32}$/.test(suffix());
  const target = (): RestoreTarget =>
    kind() === 'original' ? { kind: 'original' } : { kind: 'copy', ...(suffix() ? { suffix: suffix() } : {}) };
  const replan = () => {
    confirm.reset();
    setPhrase('');
    setStep('plan');
    if (!suffixProblem()) plan.mutate({ backupId: backupId(), target: target() });
  };
  createEffect(on([backupId, kind, suffix], replan));

  const current = () => (plan.isPending || suffixProblem() ? undefined : plan.data);
  const phraseFits = () => current()?.phrase === null || current()?.phrase === phrase();
  return {
    backup: () => backup.data,
    step,
    setStep,
    kind,
    setKind,
    suffix,
    setSuffix,
    suffixProblem,
    plan: current,
    replan,
    phrase,
    setPhrase,
    phraseFits,
    confirm: () => {
      const known = current();
      if (known && phraseFits())
        confirm.mutate({ planId: known.id, ...(known.phrase === null ? {} : { phrase: phrase() }) });
    },
    isConfirming: () => confirm.isPending,
    error: () => confirm.error ?? plan.error ?? backup.error,
  };
}

function createConfirm(onStarted: () => void) {
  const api = useApi();
  const watched = useWatched();
  const navigate = useNavigate();
  return useMutation(() => ({
    ...api.restores.confirm.mutation(),
    onSuccess: (restore) => {
      watched.watch({ kind: 'restore', id: restore.id });
      onStarted();
      navigate(`/restores/${restore.id}`);
    },
  }));
}
