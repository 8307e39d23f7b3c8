import type { Backup } from '@holdfast/shared/backup';
import type { DumpOrigin } from '@holdfast/shared/manifest';
import { Show } from 'solid-js';
import { HashChip } from '../controls/hash-chip.tsx';
import { MomentText } from '../controls/time-text.tsx';
import { Word } from '../controls/word.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { CopyFacts } from './copy-facts.tsx';
import { proofOf } from './proof.ts';

/** The facts that one looks up: times, the archive's name and hash, who asked for it. */
export function BackupFacts(props: { backup: Backup }) {
  const { t, f } = useI18n();
  const between = () => {
    const { start = null, end = null } = props.backup.optimes ?? {};
    return start && end ? t('backups.between', start, end) : null;
  };
  return (
    <aside class="aside">
      <section>
        <h2>{t('backups.facts')}</h2>
        <dl class="facts">
          <dt>{props.backup.origin ? t('imports.takenAt') : t('backups.requestedAt')}</dt>
          <dd>
            <MomentText at={props.backup.createdAt} />
          </dd>
          <Show when={props.backup.completedAt}>
            {(at) => (
              <>
                <dt>{props.backup.origin ? t('imports.importedAt') : t('backups.endedAt')}</dt>
                <dd>
                  <MomentText at={at()} plain />
                </dd>
              </>
            )}
          </Show>
          <dt>{t('backups.by')}</dt>
          <dd>{t('actor.name', props.backup.actor)}</dd>
          <dt>{t('deployments.scope')}</dt>
          <dd>{props.backup.database ?? t('deployments.allDatabases')}</dd>
          <Show when={props.backup.safety}>
            {(safety) => (
              <>
                <dt>{t('backups.safety')}</dt>
                <dd>
                  <a href={`/restores/${safety().restoreId}`}>{t(`backups.safetyOf.${safety().kind}`)}</a>
                  <Show when={safety().kind === 'needed'}>
                    <span class="sub">{t('backups.safetyGoes')}</span>
                  </Show>
                </dd>
              </>
            )}
          </Show>
          <Show when={props.backup.usersAndRoles}>
            {(held) => (
              <>
                <dt>{t('policies.users')}</dt>
                <dd>{t('backups.usersAndRoles', held().users, held().roles)}</dd>
              </>
            )}
          </Show>
          <Show when={props.backup.status === 'completed'}>
            <dt>{t('backups.consistency')}</dt>
            <dd>
              {t('backups.perCollection')}
              <Show when={between()}>{(words) => <span class="sub">{words()}</span>}</Show>
            </dd>
            <dt>{t('backups.verified')}</dt>
            <dd>
              <Show
                when={proofOf(props.backup) === 'damaged'}
                fallback={props.backup.verifiedAt ? f.near(props.backup.verifiedAt, now()) : t('backups.notVerified')}
              >
                <Word mark="danger" tone="danger">
                  {t('backups.damaged')}
                </Word>
              </Show>
            </dd>
            <dt>{t('restoreTests.tested')}</dt>
            <dd>
              <Show
                when={props.backup.failedTest}
                fallback={props.backup.testedAt ? f.near(props.backup.testedAt, now()) : t('common.never')}
              >
                {(failed) => (
                  <Word mark="danger" tone="danger">
                    {t('restoreTests.failedAt', f.near(failed().at, now()))}
                  </Word>
                )}
              </Show>
              <Show when={props.backup.testedRestoreMs}>
                {(ms) => <span class="sub">{t('restoreTests.about', ms())}</span>}
              </Show>
            </dd>
          </Show>
          <dt>{t('backups.id')}</dt>
          <dd>
            <HashChip value={props.backup.id} />
          </dd>
        </dl>
      </section>
      <Show when={props.backup.origin}>{(origin) => <OriginFacts origin={origin()} />}</Show>
      <Show when={props.backup.filePath}>
        <ArchiveFacts backup={props.backup} />
      </Show>
      <Show when={props.backup.copies.length > 0}>
        <CopyFacts copies={props.backup.copies} />
      </Show>
    </aside>
  );
}

/** Where a dump comes from that was made elsewhere, and what it lacks. */
export function OriginFacts(props: { origin: DumpOrigin }) {
  const { t } = useI18n();
  return (
    <section>
      <h2>{t('imports.from')}</h2>
      <dl class="facts">
        <dt>{t('backups.file')}</dt>
        <dd class="code">{props.origin.fileName}</dd>
        <dt>{t('backups.kind')}</dt>
        <dd>{t(`imports.kind.${props.origin.kind}`)}</dd>
        <dt>{t('imports.madeWith')}</dt>
        <dd>{t('imports.madeBy', props.origin.toolVersion, props.origin.serverVersion)}</dd>
        <Show when={props.origin.leftOut.length > 0}>
          <dt>{t('imports.leftOut')}</dt>
          <dd class="code">{props.origin.leftOut.join(', ')}</dd>
        </Show>
        <dt>{t('imports.checkedBy')}</dt>
        <dd>{t(`imports.checked.${props.origin.checked}`)}</dd>
        <Show when={props.origin.withoutMetadata > 0}>
          <dt>{t('imports.unknown')}</dt>
          <dd>{t('imports.withoutMetadata', props.origin.withoutMetadata)}</dd>
        </Show>
      </dl>
    </section>
  );
}

function ArchiveFacts(props: { backup: Backup }) {
  const { t, f } = useI18n();
  return (
    <section>
      <h2>{t('backups.archive')}</h2>
      <dl class="facts">
        <dt>{t('backups.file')}</dt>
        <dd class="code">{props.backup.filePath}</dd>
        <dt>{t('backups.size')}</dt>
        <dd>{f.bytes(props.backup.sizeBytes ?? 0)}</dd>
        <dt>{t('encryption.encrypted')}</dt>
        <dd>
          {props.backup.encryption
            ? t(
                'encryption.encryptedFor',
                props.backup.encryption.keys.map(({ name }) => name),
              )
            : t('encryption.notEncrypted')}
        </dd>
        <Show when={props.backup.sha256}>
          {(hash) => (
            <>
              <dt>SHA-256</dt>
              <dd>
                <HashChip value={hash()} />
              </dd>
            </>
          )}
        </Show>
      </dl>
    </section>
  );
}
