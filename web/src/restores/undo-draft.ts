// A restore that somebody is about to take back: the server's plan for it, and the typed phrase.
import type { RestoreId } from '@holdfast/shared/ids';
import type { UndoPlan } from '@holdfast/shared/restore-plan';
import { useNavigate } from '@solidjs/router';
import { useMutation } from '@tanstack/solid-query';
import { type Accessor, createSignal } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { useWatched } from '../operations/watched-operations.tsx';

export interface UndoDraft {
  /** Undefined while the server looks. */
  readonly plan: Accessor<UndoPlan | undefined>;
  replan(): void;
  readonly phrase: Accessor<string>;
  setPhrase(phrase: string): void;
  readonly phraseFits: Accessor<boolean>;
  confirm(): void;
  readonly isConfirming: Accessor<boolean>;
  readonly error: Accessor<unknown>;
}

/** Asks for the plan at once. `onStarted` is called once the ledger has the undo. */
export function createUndoDraft(restoreId: Accessor<RestoreId>, onStarted: () => void): UndoDraft {
  const api = useApi();
  const watched = useWatched();
  const navigate = useNavigate();
  const [phrase, setPhrase] = createSignal('');
  const plan = useMutation(() => api.restores.planUndo.mutation());
  const confirm = useMutation(() => ({
    ...api.restores.undo.mutation(),
    onSuccess: ({ id }) => {
      watched.watch({ kind: 'restore', id });
      onStarted();
      navigate(`/restores/${id}`);
    },
  }));
  const replan = () => {
    confirm.reset();
    setPhrase('');
    plan.mutate({ id: restoreId() });
  };
  replan();
  const current = () => (plan.isPending ? undefined : plan.data);
  const phraseFits = () => current()?.phrase === phrase();
  return {
    plan: current,
    replan,
    phrase,
    setPhrase,
    phraseFits,
    confirm: () => {
      const known = current();
      if (known && phraseFits()) confirm.mutate({ id: restoreId(), planId: known.id, phrase: phrase() });
    },
    isConfirming: () => confirm.isPending,
    error: () => confirm.error ?? plan.error,
  };
}
