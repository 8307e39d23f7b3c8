// Why a call was refused, in the reader's language, and what to do about it.
import { Show } from 'solid-js';
import { type Refusal, toRefusal } from '../data/refusal.ts';
import { type I18n, useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';

/** Shows nothing while there is no error. Read aloud when it appears. */
export function RefusalNote(props: { error: unknown }) {
  const { t } = useI18n();
  return (
    <div role="alert">
      <Show when={props.error}>
        {(error) => {
          const words = () => refusalWords(t, toRefusal(error()));
          return (
            <div class="why danger refusal">
              <Mark name="danger" tone="danger" />
              <p>
                <b>{words().message}</b> {words().hint}
                <Show when={words().code}>
                  {(code) => (
                    <span class="sub">
                      <code>{code()}</code>
                    </span>
                  )}
                </Show>
              </p>
            </div>
          );
        }}
      </Show>
    </div>
  );
}

/** What happened, what to do, and the code that stands small beside it. */
export function refusalWords(t: I18n['t'], refusal: Refusal): { message: string; hint: string; code: string | null } {
  switch (refusal.kind) {
    case 'refusal':
      return { message: t('errors.message', refusal.app), hint: t('errors.hint', refusal.app), code: refusal.app.code };
    case 'input':
      return { message: t('errors.input'), hint: refusal.problems.join(' '), code: null };
    case 'defect':
      return { message: t('errors.defect'), hint: t('errors.defectHint'), code: refusal.defectId };
    case 'no-answer':
      return { message: t('errors.noAnswer'), hint: t('errors.noAnswerHint'), code: null };
  }
}
