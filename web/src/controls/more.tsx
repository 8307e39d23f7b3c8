import { Show } from 'solid-js';
import type { Pages } from '../data/pages.ts';
import { useI18n } from '../i18n/i18n-context.tsx';

/** The button below a list that has older items. */
export function More(props: { pages: Pick<Pages<unknown>, 'hasMore' | 'isLoadingMore' | 'loadMore'> }) {
  const { t } = useI18n();
  return (
    <Show when={props.pages.hasMore()}>
      <p class="pager">
        <button
          class="btn small"
          type="button"
          disabled={props.pages.isLoadingMore()}
          onClick={() => props.pages.loadMore()}
        >
          {props.pages.isLoadingMore() ? t('common.loading') : t('common.older')}
        </button>
      </p>
    </Show>
  );
}
