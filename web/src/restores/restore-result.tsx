// How a restore ended: how much is back and compared, how the swap went, and what it did not touch.
import type { Restore } from '@holdfast/shared/restore';
import type { JSX } from 'solid-js';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Vitals } from '../shell/page.tsx';

interface Fact {
  label: string;
  value: JSX.Element;
  note?: JSX.Element;
}

/** Of a completed one. */
export function RestoreResult(props: { restore: Restore }) {
  const facts = useFacts(() => props.restore);
  return <Vitals facts={facts()} />;
}

function useFacts(restore: () => Restore): () => Fact[] {
  const { t, f } = useI18n();
  const merged = (): Fact[] => {
    const outcome = restore().merged;
    if (!outcome) return [];
    return [
      { label: t('restoreRun.inserted'), value: f.count(outcome.inserted) },
      { label: t('restoreRun.identical'), value: f.count(outcome.identical) },
      { label: t('restoreRun.colliding'), value: f.count(outcome.colliding), note: t('restoreRun.collidingNote') },
    ];
  };
  const swap = (): Fact[] => {
    const { swapMs, swapMethod, swapGroups } = restore();
    if (swapMs === null) return [];
    const way = swapMethod === null ? undefined : t(`restoreRun.method.${swapMethod}`);
    const note = swapGroups === undefined ? way : t('restoreRun.groups', swapGroups);
    return [{ label: t('restoreRun.swap'), value: f.milliseconds(swapMs), note }];
  };
  const counts = (): Fact[] =>
    restore().documents === null
      ? []
      : [
          {
            label: t('backups.documents'),
            value: f.count(restore().documents ?? 0),
            note: restore().merged ? undefined : t('restoreRun.equal'),
          },
          { label: t('restoreRun.collections'), value: f.count(restore().collections ?? 0) },
        ];
  return () => [
    ...counts(),
    ...merged(),
    ...swap(),
    { label: t('restoreRun.wholeTime'), value: f.duration(restore().durationMs ?? 0) },
  ];
}
