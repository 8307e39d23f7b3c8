// What somebody is about to restore: backup, choices, the server's plan for them, and its confirmation. The plan is made
// anew whenever a choice changes; only the plan that is on the screen can be confirmed.
import type { Backup } from '@holdfast/shared/backup';
import type { RestorePlan } from '@holdfast/shared/restore-plan';
import { useNavigate } from '@solidjs/router';
import { useMutation, useQuery } from '@tanstack/solid-query';
import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { refusedWith } from '../data/refusal.ts';
import { createIsRemoved } from '../deployments/find-deployment.ts';
import { now } from '../live/clock.ts';
import { useWatched } from '../operations/watched-operations.tsx';
import { droppedOf } from './plan-rows.ts';
import {
  hasProblem,
  initialForm,
  problemsOf,
  type RestoreForm,
  type RestoreProblems,
  type WantedPlan,
  wantedOf,
} from './restore-form.ts';

export interface RestoreDraft {
  readonly backup: Accessor<Backup | undefined>;
  readonly form: Accessor<RestoreForm>;
  /** Changes some of the choices; a new plan follows. */
  choose(change: Partial<RestoreForm>): void;
  readonly problems: Accessor<RestoreProblems>;
  /** Whether the backup's own deployment is no more: then it can only go to another one. */
  readonly isRemoved: Accessor<boolean>;
  /** The last plan that was made, also while the next one is. */
  readonly shown: Accessor<RestorePlan | undefined>;
  /** The plan for what is chosen now; undefined while the server compares, and once it has expired. */
  readonly plan: Accessor<RestorePlan | undefined>;
  readonly isPlanning: Accessor<boolean>;
  /** The plan on the screen cannot be confirmed any more: its time is over, or the deployment has changed. */
  readonly isOutdated: Accessor<boolean>;
  replan(): void;
  /** Takes what `restores.compare` found into the plan on the screen. */
  addDifference(compared: RestorePlan): void;
  readonly planError: Accessor<unknown>;
  readonly confirmation: Confirmation;
}

/** What has to be seen and typed before a plan can begin. */
export interface Confirmation {
  readonly isOpen: Accessor<boolean>;
  setOpen(open: boolean): void;
  readonly phrase: Accessor<string>;
  setPhrase(phrase: string): void;
  /** True when the typed phrase is exactly the one that the plan asks for, or none is asked for. */
  readonly phraseFits: Accessor<boolean>;
  isSeen(name: string): boolean;
  setSeen(names: readonly string[], seen: boolean): void;
  /** True when every drop is ticked. */
  readonly allSeen: Accessor<boolean>;
  /** Does nothing unless everything is seen and typed. */
  confirm(): void;
  readonly isConfirming: Accessor<boolean>;
  readonly error: Accessor<unknown>;
}

/** While somebody types, the server is not asked for each letter. */
const restMs = 250;

/** Makes a draft and asks for its first plan, into a copy. */
export function createRestoreDraft(backupId: Accessor<string>): RestoreDraft {
  const api = useApi();
  const [form, setForm] = createSignal(initialForm);
  const backup = useQuery(() => api.backups.byId.query({ id: backupId() as never }));
  const isRemoved = createIsRemoved(() => backup.data?.deploymentId);
  const problems = createMemo(() => problemsOf(form(), isRemoved()));
  const planning = createPlanning(
    () => wantedOf(backupId(), form()),
    () => hasProblem(problems()),
  );
  const [voidId, setVoidId] = createSignal<string | null>(null);
  const isOutdated = createMemo(() => {
    const plan = planning.data();
    return plan !== undefined && (plan.id === voidId() || now() >= Date.parse(plan.expiresAt));
  });
  const plan = () => (isOutdated() ? undefined : planning.data());
  const confirmation = createConfirmation(plan, planning.shown);
  createEffect(() => {
    if (isVoid(confirmation.error())) setVoidId(planning.data()?.id ?? null);
  });
  return {
    backup: () => backup.data,
    form,
    choose: (change) => setForm((before) => ({ ...before, ...change })),
    problems,
    isRemoved,
    shown: planning.shown,
    plan,
    isPlanning: planning.isPending,
    isOutdated,
    replan: () => {
      confirmation.setOpen(false);
      planning.again();
    },
    addDifference: planning.replace,
    planError: () => planning.error() ?? backup.error,
    confirmation,
  };
}

/** Whether the server will not take the plan any more. */
function isVoid(error: unknown): boolean {
  return refusedWith(error, 'PLAN_OUTDATED') || refusedWith(error, 'PLAN_NOT_FOUND');
}

function createPlanning(wanted: Accessor<WantedPlan>, hasProblems: Accessor<boolean>) {
  const api = useApi();
  const plan = useMutation(() => api.restores.plan.mutation());
  const key = createMemo(() => JSON.stringify(wanted()));
  const [asked, setAsked] = createSignal('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = () => {
    clearTimeout(timer);
    if (hasProblems()) return;
    setAsked(key());
    plan.mutate(wanted() as never);
  };
  createEffect(
    on(key, (_key, previous) => {
      if (previous === undefined) return ask();
      clearTimeout(timer);
      timer = setTimeout(ask, restMs);
    }),
  );
  onCleanup(() => clearTimeout(timer));
  const isFor = () => asked() === key() && !hasProblems();
  const [compared, setCompared] = createSignal<RestorePlan>();
  const newest = createMemo(() => (compared()?.id === plan.data?.id ? compared() : plan.data));
  return {
    data: () => (isFor() && !plan.isPending ? newest() : undefined),
    shown: createLast(newest),
    replace: (next: RestorePlan) => setCompared(() => next),
    isPending: () => !hasProblems() && (plan.isPending || !isFor()),
    error: () => (isFor() ? plan.error : null),
    again: ask,
  };
}

/** The last value that there was. */
function createLast<T>(value: Accessor<T | undefined>): Accessor<T | undefined> {
  return createMemo<T | undefined>((last) => value() ?? last);
}

function createConfirmation(
  plan: Accessor<RestorePlan | undefined>,
  shown: Accessor<RestorePlan | undefined>,
): Confirmation {
  const begin = createBegin();
  const [isOpen, setOpen] = createSignal(false);
  const [phrase, setPhrase] = createSignal('');
  const [seen, setSeen] = createSignal<ReadonlySet<string>>(new Set());
  const forget = () => {
    begin.reset();
    setPhrase('');
    setSeen(new Set<string>());
  };
  createEffect(on(() => shown()?.id, forget, { defer: true }));
  const phraseFits = () => plan()?.phrase === null || plan()?.phrase === phrase();
  const drops = createMemo(() => ticksOf(shown()));
  const allSeen = () => drops().every((name) => seen().has(name));
  return {
    isOpen,
    setOpen: (open) => {
      forget();
      setOpen(open);
    },
    phrase,
    setPhrase,
    phraseFits,
    isSeen: (name) => seen().has(name),
    setSeen: (names, isSeen) =>
      setSeen((before) => (isSeen ? before.union(new Set(names)) : before.difference(new Set(names)))),
    allSeen,
    confirm: () => {
      const known = plan();
      if (!known || !phraseFits() || !allSeen()) return;
      begin.mutate({ planId: known.id, ...(known.phrase === null ? {} : { phrase: phrase() }) });
    },
    isConfirming: () => begin.isPending,
    error: () => begin.error,
  };
}

/** Users that vanish are ticked under this name, which no namespace has. */
export const usersTick = ' users';

/** What has to be ticked before the plan can begin: whatever it takes away. */
function ticksOf(plan: RestorePlan | undefined): string[] {
  if (!plan) return [];
  const names = droppedOf(plan.namespaces).map(({ target }) => target);
  return plan.users?.vanish && plan.users.notInBackup.length > 0 ? [...names, usersTick] : names;
}

function createBegin() {
  const api = useApi();
  const watched = useWatched();
  const navigate = useNavigate();
  return useMutation(() => ({
    ...api.restores.confirm.mutation(),
    onSuccess: (restore) => {
      watched.watch({ kind: 'restore', id: restore.id });
      navigate(`/restores/${restore.id}`);
    },
  }));
}
