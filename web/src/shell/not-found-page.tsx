import { useI18n } from '../i18n/i18n-context.tsx';
import { Page, Verdict } from './page.tsx';

export function NotFoundPage() {
  const { t } = useI18n();
  return (
    <Page title={t('shell.notFound')}>
      <Verdict small answer={t('shell.notFound')} facts={<a href="/">{t('shell.toOverview')}</a>} />
    </Page>
  );
}
