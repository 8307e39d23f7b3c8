// Compares the documents of one collection on both sides when somebody asks for it, and shows what differs.
import type { PlanId } from '@holdfast/shared/ids';
import type { PlanNamespace, RestorePlan } from '@holdfast/shared/restore-plan';
import { useMutation } from '@tanstack/solid-query';
import { Show } from 'solid-js';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { DocumentDifferences } from './document-differences.tsx';

export interface CompareDocumentsProps {
  planId: PlanId;
  row: PlanNamespace;
  onCompared: (plan: RestorePlan) => void;
}

export function CompareDocuments(props: CompareDocumentsProps) {
  const { t } = useI18n();
  const api = useApi();
  const compare = useMutation(() => ({
    ...api.restores.compare.mutation(),
    onSuccess: (plan: RestorePlan) => props.onCompared(plan),
  }));
  return (
    <div class="compare-documents">
      <Show when={props.row.difference}>
        {(difference) => <DocumentDifferences difference={difference()} isMerge={props.row.action === 'merged'} />}
      </Show>
      <p class="actions">
        <button
          class="btn small"
          type="button"
          disabled={compare.isPending}
          onClick={() => compare.mutate({ planId: props.planId, namespace: props.row.target })}
        >
          <Show
            when={compare.isPending}
            fallback={t(props.row.difference ? 'restorePlan.compareAgain' : 'restorePlan.compare')}
          >
            <Mark name="running" />
            {t('restorePlan.comparing')}
          </Show>
        </button>
        <span class="faint">{t('restorePlan.compareText')}</span>
      </p>
      <RefusalNote error={compare.error} />
    </div>
  );
}
