// What stands beside a plan: from where, into where, how it takes its place, how long, and whether there is room.
import type { Backup } from '@holdfast/shared/backup';
import type { PlanOplog, PlanSpace, PlanUsers, RestorePlan } from '@holdfast/shared/restore-plan';
import { type JSX, Show } from 'solid-js';
import { Word } from '../controls/word.tsx';
import { backupLook } from '../deployments/readiness.ts';
import { useI18n } from '../i18n/i18n-context.tsx';
import { now } from '../live/clock.ts';
import { writtenDatabases } from './plan-rows.ts';

/** So many names stand in a sentence; the others are counted. */
const namesShown = 6;

/** `isStale`: it is the plan of earlier choices. */
export function PlanFacts(props: { backup: Backup; plan: RestorePlan | undefined; isStale: boolean }) {
  return (
    <aside class="aside" classList={{ stale: props.plan !== undefined && props.isStale }}>
      <FromFacts backup={props.backup} isElsewhere={isElsewhere(props)} />
      <Show when={props.plan}>
        {(plan) => (
          <>
            <IntoFacts plan={plan()} />
            <SwapFacts plan={plan()} />
            <TimeFacts expectedMs={plan().expectedMs} />
            <SpaceFacts space={plan().space} />
            <Show when={plan().oplog}>{(oplog) => <OplogFacts oplog={oplog()} />}</Show>
            <Show when={plan().users}>{(users) => <UserFacts users={users()} />}</Show>
            <VersionFacts plan={plan()} />
          </>
        )}
      </Show>
    </aside>
  );
}

/** Whether the data goes to another deployment than the backup's. */
function isElsewhere(props: { backup: Backup; plan: RestorePlan | undefined }): boolean {
  return props.plan !== undefined && props.plan.deploymentId !== props.backup.deploymentId;
}

function Facts(props: { title: string; children: JSX.Element }) {
  return (
    <section>
      <h2>{props.title}</h2>
      {props.children}
    </section>
  );
}

function FromFacts(props: { backup: Backup; isElsewhere: boolean }) {
  const { t, f } = useI18n();
  const look = () => backupLook(props.backup);
  return (
    <Facts title={t('restorePlan.facts.from')}>
      <Show when={props.isElsewhere}>
        <p>
          <b>{props.backup.deploymentName}</b>
        </p>
      </Show>
      <p>
        <b>{f.moment(props.backup.createdAt)}</b> {f.zoneName(props.backup.createdAt)}
      </p>
      <p class="muted">{f.relative(props.backup.createdAt, now())}</p>
      <p>
        <Word mark={look().mark} tone={look().tone}>
          {props.backup.verifiedAt
            ? t('backups.verifiedAt', f.near(props.backup.verifiedAt, now()))
            : t('backups.notVerified')}
        </Word>
      </p>
    </Facts>
  );
}

function IntoFacts(props: { plan: RestorePlan }) {
  const { t } = useI18n();
  const databases = () => writtenDatabases(props.plan.namespaces);
  return (
    <Facts title={t('restorePlan.facts.into')}>
      <p>
        <b>{props.plan.deploymentName}</b>,{' '}
        {t(props.plan.target.kind === 'copy' ? 'restorePlan.copyOn' : 'restorePlan.inPlaceOn', props.plan.hosts)}
      </p>
      <p class="code names">{databases().slice(0, namesShown).join(', ')}</p>
      <Show when={databases().length > namesShown}>
        <p class="faint">{t('restorePlan.andMore', databases().length - namesShown)}</p>
      </Show>
      <p class="muted">{t('restores.documentsText', props.plan.documents, props.plan.rawBytes)}</p>
    </Facts>
  );
}

function SwapFacts(props: { plan: RestorePlan }) {
  const { t } = useI18n();
  const saved = () => props.plan.safetyBackupOf.map((name) => (name === 'users' ? t('restorePlan.usersAmong') : name));
  const hours = () => props.plan.options.undoHours;
  const isMerge = () => props.plan.options.mode === 'merge';
  const way = () => {
    const isGrouped = props.plan.warnings.some(({ code }) => code === 'SWAPPED_IN_GROUPS');
    const method = isGrouped ? 'groups' : props.plan.swapMethod;
    if (isMerge()) return t('restorePlan.swapMerge');
    return method && t(`restorePlan.swapText.${method}`);
  };
  return (
    <Facts title={t('restorePlan.facts.swap')}>
      <Show when={props.plan.target.kind === 'original'} fallback={<p>{t('restorePlan.swapNone')}</p>}>
        <p>{way()}</p>
        <p class="muted">{t('restorePlan.canBeUndone', hours(), isMerge())}</p>
        <Show when={saved().length > 0}>
          <p class="muted">
            {t('restorePlan.backedUpFirst', saved().slice(0, namesShown), Math.max(0, saved().length - namesShown))}
          </p>
        </Show>
      </Show>
    </Facts>
  );
}

function TimeFacts(props: { expectedMs: number | null }) {
  const { t, f } = useI18n();
  return (
    <Facts title={t('restorePlan.expectedTime')}>
      <p class={props.expectedMs === null ? 'muted' : ''}>
        {props.expectedMs === null
          ? t('restorePlan.expectedUnknown')
          : t('restorePlan.expectedAbout', f.duration(props.expectedMs))}
      </p>
    </Facts>
  );
}

function SpaceFacts(props: { space: PlanSpace }) {
  const { t, f } = useI18n();
  const state = () => {
    if (props.space.freeBytes === null) return 'unknown';
    return props.space.neededBytes <= props.space.freeBytes ? 'enough' : 'short';
  };
  return (
    <Facts title={t(`restorePlan.space.${state()}`)}>
      <Show when={props.space.freeBytes}>
        {(free) => <Share part={props.space.neededBytes} whole={free()} isShort={state() === 'short'} />}
      </Show>
      <dl class="facts figures">
        <dt>{t('restorePlan.needed')}</dt>
        <dd class="num">{f.bytes(props.space.neededBytes)}</dd>
        <Show when={props.space.undoBytes > 0}>
          <dt>{t('restorePlan.keptForUndo')}</dt>
          <dd class="num">{f.bytes(props.space.undoBytes)}</dd>
        </Show>
        <dt>{t('restorePlan.free')}</dt>
        <dd class="num">
          {props.space.freeBytes === null ? t('restorePlan.freeUnknown') : f.bytes(props.space.freeBytes)}
        </dd>
      </dl>
    </Facts>
  );
}

/** A part of a whole as a bar; the figures beside it say the same in words. */
function Share(props: { part: number; whole: number; isShort: boolean }) {
  const width = () => `${Math.min(100, Math.max(1, (props.part / props.whole) * 100))}%`;
  return (
    <span class="share" classList={{ short: props.isShort }} aria-hidden="true">
      <i style={{ width: width() }} />
    </span>
  );
}

function OplogFacts(props: { oplog: PlanOplog }) {
  const { t, f } = useI18n();
  return (
    <Facts title={t('restorePlan.facts.oplog')}>
      <Show when={props.oplog.maxBytes > 0}>
        <Share
          part={props.oplog.growthBytes}
          whole={props.oplog.maxBytes}
          isShort={props.oplog.growthBytes > props.oplog.maxBytes}
        />
      </Show>
      <dl class="facts figures">
        <dt>{t('restorePlan.growth')}</dt>
        <dd class="num">{f.bytes(props.oplog.growthBytes)}</dd>
      </dl>
      <p class="sub">{t('restorePlan.oplogOf', props.oplog.maxBytes, props.oplog.windowSeconds)}</p>
    </Facts>
  );
}

function UserFacts(props: { users: PlanUsers }) {
  const { t } = useI18n();
  const isSame = () => props.users.added.length + props.users.changed.length + props.users.notInBackup.length === 0;
  return (
    <Facts title={t('restorePlan.facts.users')}>
      <Show when={isSame()}>
        <p class="muted">{t('restorePlan.usersSame')}</p>
      </Show>
      <Show when={props.users.notInBackup.length > 0}>
        <p classList={{ danger: props.users.vanish }}>
          {t(props.users.vanish ? 'restorePlan.usersVanish' : 'restorePlan.usersStay', props.users.notInBackup)}
        </p>
      </Show>
      <Show when={props.users.changed.length > 0}>
        <p>{t('restorePlan.usersChanged', props.users.changed)}</p>
      </Show>
      <Show when={props.users.added.length > 0}>
        <p>{t('restorePlan.usersAdded', props.users.added)}</p>
      </Show>
    </Facts>
  );
}

function VersionFacts(props: { plan: RestorePlan }) {
  const { t } = useI18n();
  const versions = () => props.plan.versions;
  return (
    <Facts title={t('restorePlan.facts.versions')}>
      <dl class="facts figures">
        <dt>{t('restorePlan.backupServer')}</dt>
        <dd class="num">{versions().backupServer}</dd>
        <dt>{t('restorePlan.server')}</dt>
        <dd class="num">{versions().server}</dd>
        <dt>{t('restorePlan.backupTool')}</dt>
        <dd class="num">{versions().backupTool}</dd>
        <dt>{t('restorePlan.tool')}</dt>
        <dd class="num">{versions().tool ?? t('restorePlan.toolMissing')}</dd>
      </dl>
    </Facts>
  );
}
