// For whom new backups are encrypted, the keys that open them, and whether a recovery kit holds those.
import type { EncryptionStatus } from '@holdfast/shared/encryption';
import { useMutation, useQuery, useQueryClient } from '@tanstack/solid-query';
import Download from 'lucide-solid/icons/download';
import Plus from 'lucide-solid/icons/plus';
import { createSignal, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { MomentText } from '../controls/time-text.tsx';
import { useToast } from '../controls/toasts.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { Mark } from '../marks/mark.tsx';
import { Section } from '../shell/page.tsx';
import { KeyDialog } from './key-dialog.tsx';
import { KeyTable } from './key-table.tsx';
import { KitDialog, type KitStep } from './kit-dialog.tsx';
import { RecipientList } from './recipient-list.tsx';

export function EncryptionSection() {
  const { t } = useI18n();
  const api = useApi();
  const status = useQuery(() => api.encryption.status.query());
  const [isMaking, setMaking] = createSignal(false);
  const [kitStep, setKitStep] = createSignal<KitStep | null>(null);
  return (
    <Section
      id="encryption"
      title={t('settings.encryption')}
      note={t('settings.encryptionNote')}
      end={
        <>
          <Show when={status.data?.keys.length}>
            <button class="btn small" type="button" onClick={() => setKitStep('download')}>
              <Download class="icon" aria-hidden="true" />
              {t('encryption.downloadAsk')}
            </button>
          </Show>
          <button class="btn small" type="button" onClick={() => setMaking(true)}>
            <Plus class="icon" aria-hidden="true" />
            {t('encryption.createAsk')}
          </button>
        </>
      }
    >
      <RefusalNote error={status.error} />
      <Show when={status.data} fallback={<Bones lines={3} />}>
        {(known) => <KnownEncryption status={known()} onKit={setKitStep} />}
      </Show>
      <KeyDialog open={isMaking()} onClose={() => setMaking(false)} />
      <KitDialog step={kitStep()} kit={status.data?.kit ?? null} onStep={setKitStep} />
    </Section>
  );
}

function KnownEncryption(props: { status: EncryptionStatus; onKit: (step: KitStep) => void }) {
  const { t } = useI18n();
  const choice = createDefault(() => props.status);
  return (
    <div class="stacked">
      <Show
        when={props.status.keys.length > 0}
        fallback={
          <p>
            <b>{t('encryption.noKey')}</b> <span class="muted">{t('encryption.noKeyText')}</span>
          </p>
        }
      >
        <KitNeeded status={props.status} onDownload={() => props.onKit('download')} />
        <p>{choice.active() ? t('encryption.isOn', choice.active()?.name ?? '') : t('encryption.isOff')}</p>
        <RefusalNote error={choice.error()} />
        <KeyTable
          keys={props.status.keys}
          onUse={choice.use}
          onTurnOff={() => choice.use(null)}
          isBusy={choice.isPending()}
        />
        <KitFacts status={props.status} onConfirm={() => props.onKit('confirm')} />
        <RecipientList recipients={props.status.recipients} />
      </Show>
    </div>
  );
}

/** Keys that nothing can be encrypted for yet. */
function KitNeeded(props: { status: EncryptionStatus; onDownload: () => void }) {
  const { t } = useI18n();
  const names = () => props.status.keys.filter((key) => !key.inKit && key.status !== 'retired').map(({ name }) => name);
  return (
    <Show when={names().length > 0}>
      <div class="why">
        <Mark name="attention" tone="attention" />
        <p>
          <b>{t('encryption.kitNeeded', names())}</b>
          <span class="sub">{t('encryption.kitNeededText')}</span>
        </p>
        <span class="actions">
          <button class="btn small" type="button" onClick={() => props.onDownload()}>
            {t('encryption.downloadAsk')}
          </button>
        </span>
      </div>
    </Show>
  );
}

function KitFacts(props: { status: EncryptionStatus; onConfirm: () => void }) {
  const { t } = useI18n();
  return (
    <dl class="facts system-facts">
      <dt>{t('encryption.kit')}</dt>
      <dd>
        <Show when={props.status.kit} fallback={t('encryption.kitNone')}>
          {(kit) => (
            <>
              <MomentText at={kit().issuedAt} />
              <span class="sub">
                {t('encryption.keyCount', kit().keyIds.length)},{' '}
                {kit().confirmedAt === null ? t('encryption.kitUnconfirmed') : t('encryption.confirmedWord')}
              </span>
              <Show when={kit().confirmedAt === null}>
                <button class="btn small" type="button" onClick={() => props.onConfirm()}>
                  {t('encryption.confirmAsk')}
                </button>
              </Show>
            </>
          )}
        </Show>
      </dd>
    </dl>
  );
}

/** Which key new backups are encrypted for; `use(null)` turns it off. */
function createDefault(status: () => EncryptionStatus) {
  const { t } = useI18n();
  const api = useApi();
  const toast = useToast();
  const queries = useQueryClient();
  const set = useMutation(() => ({
    ...api.encryption.setDefault.mutation(),
    onSuccess: (next: EncryptionStatus) => {
      queries.setQueryData(api.encryption.status.key(), next);
      const active = next.keys.find(({ id }) => id === next.defaultKeyId);
      toast({
        mark: 'ok',
        tone: active ? 'safe' : 'off',
        title: active ? t('encryption.turnedOn', active.name) : t('encryption.turnedOff'),
      });
    },
  }));
  return {
    active: () => status().keys.find(({ id }) => id === status().defaultKeyId),
    use: (key: string | null) => set.mutate({ key }),
    isPending: () => set.isPending,
    error: () => set.error,
  };
}
