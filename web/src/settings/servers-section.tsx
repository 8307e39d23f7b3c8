import type { ServerInfo, ServerState } from '@holdfast/shared/server';
import { useQuery } from '@tanstack/solid-query';
import { For, Show } from 'solid-js';
import { Bones } from '../controls/bones.tsx';
import { RefusalNote } from '../controls/refusal-note.tsx';
import { HeadCell, RowHead, Table, TableBody, TableHead, Td, Tr } from '../controls/table.tsx';
import { MomentText } from '../controls/time-text.tsx';
import { Word } from '../controls/word.tsx';
import { useApi } from '../data/api-context.tsx';
import { useI18n } from '../i18n/i18n-context.tsx';
import type { MarkName, Tone } from '../marks/mark.tsx';
import { Section } from '../shell/page.tsx';

/** Heartbeats are no events: they are asked for while somebody looks. */
const askEveryMs = 5_000;

const looks: Readonly<Record<ServerState, { readonly mark: MarkName; readonly tone: Tone }>> = {
  running: { mark: 'ok', tone: 'safe' },
  draining: { mark: 'paused', tone: 'attention' },
  silent: { mark: 'danger', tone: 'danger' },
};

/** The servers over this ledger: what each may do, what it runs, when it was last seen. */
export function ServersSection() {
  const { t } = useI18n();
  const api = useApi();
  const info = useQuery(() => ({ ...api.system.info.query(), refetchInterval: askEveryMs }));
  return (
    <Section id="servers" title={t('settings.servers')} note={t('settings.serversNote')}>
      <RefusalNote error={info.error} />
      <Show when={info.data?.servers} fallback={<Bones lines={2} />}>
        {(servers) => <ServerTable servers={servers()} />}
      </Show>
    </Section>
  );
}

function ServerTable(props: { servers: readonly ServerInfo[] }) {
  const { t } = useI18n();
  return (
    <div class="wide">
      <Table class="plain fold">
        <TableHead>
          <Tr>
            <HeadCell>{t('settings.server')}</HeadCell>
            <HeadCell>{t('settings.role')}</HeadCell>
            <HeadCell>{t('settings.runs')}</HeadCell>
            <HeadCell>{t('settings.lastSeen')}</HeadCell>
            <HeadCell>{t('common.state')}</HeadCell>
          </Tr>
        </TableHead>
        <TableBody>
          <For each={props.servers}>{(server) => <ServerRow server={server} />}</For>
        </TableBody>
      </Table>
    </div>
  );
}

function ServerRow(props: { server: ServerInfo }) {
  const { t } = useI18n();
  const look = () => looks[props.server.state];
  return (
    <Tr>
      <RowHead class="at-1">
        <b>{props.server.host}</b>
        <span class="sub">
          {t('settings.process', props.server.pid)}
          <Show when={props.server.isThis}> · {t('settings.thisServer')}</Show>
        </span>
      </RowHead>
      <Td data-label={t('settings.role')}>
        {t(`settings.roles.${props.server.role}`)}
        <span class="sub">Holdfast {props.server.version}</span>
      </Td>
      <Td data-label={t('settings.runs')}>
        <For each={props.server.operations} fallback={<span class="faint">{t('settings.runsNothing')}</span>}>
          {({ kind, deploymentName }) => (
            <span class="sub">
              {t('operation.running', kind)}: {deploymentName}
            </span>
          )}
        </For>
        <Show when={props.server.concurrency > 0}>
          <span class="sub">{t('settings.atOnce', props.server.concurrency)}</span>
        </Show>
      </Td>
      <Td data-label={t('settings.lastSeen')}>
        <MomentText at={props.server.lastSeenAt} />
      </Td>
      <Td class="at-2">
        <Word mark={look().mark} tone={look().tone}>
          {t(`settings.serverStates.${props.server.state}`)}
        </Word>
      </Td>
    </Tr>
  );
}
