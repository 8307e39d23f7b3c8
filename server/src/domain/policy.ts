// The policy: when a deployment is backed up, how many backups are kept, how long an operation may take, for whom it is
// encrypted. Pure.
import { AppError } from '@holdfast/shared/errors';
import type { LedgerEvent, NewEvent } from '@holdfast/shared/events';
import type { BackupId, DeploymentId, PolicyId } from '@holdfast/shared/ids';
import {
  defaultPolicySettings,
  type GivenPolicySettings,
  type PolicySettings,
  policySettingNames,
} from '@holdfast/shared/policy';
import { type EncryptionState, requireUsable } from './encryption.ts';

/** What deciders know of a policy. `lastDueAt` is the newest due time that was answered, so that each happens once. */
export interface PolicyState {
  readonly policyId: PolicyId;
  readonly deploymentId: DeploymentId;
  readonly name: string;
  readonly settings: PolicySettings;
  readonly lastDueAt: string | null;
  /** When the settings were last changed: due times before it are not caught up. */
  readonly changedAt: string;
  readonly removed: boolean;
}

/**
 * Changes a policy's settings; unchanged ones append nothing, a later one left out stays. Raises POLICY_NOT_FOUND, and for a key
 * that it is to name what `requireUsable` raises.
 */
export function changePolicy(
  states: { readonly policy: PolicyState | undefined; readonly encryption: EncryptionState | undefined },
  command: { readonly policyId: PolicyId; readonly settings: GivenPolicySettings },
): NewEvent[] {
  const current = requirePolicy(states.policy, command.policyId);
  const now = wholeSettings(current.settings);
  const settings = wholeSettings(command.settings, now);
  if (sameSettings(now, settings)) return [];
  const { encryption } = settings;
  if (encryption !== now.encryption && encryption !== 'inherit' && encryption !== 'off')
    requireUsable(states.encryption, encryption);
  const { deploymentId, name } = current;
  return [
    {
      stream: `policy:${command.policyId}`,
      type: 'PolicyChanged',
      data: { policyId: command.policyId, deploymentId, name, ...settings },
    },
  ];
}

/** The policy, or POLICY_NOT_FOUND. */
export function requirePolicy(state: PolicyState | undefined, id: string): PolicyState {
  if (state === undefined || state.removed) throw new AppError('POLICY_NOT_FOUND', { id });
  return state;
}

/**
 * The backups that retention lets go of: completed ones of one policy beyond the newest `retentionCount`. Failed ones are
 * not counted, so they never push a good one out.
 */
export function beyondRetention(
  completed: readonly { readonly id: BackupId; readonly completedAt: string }[],
  retentionCount: number,
): BackupId[] {
  return [...completed]
    .sort((a, b) => (a.completedAt < b.completedAt ? 1 : a.completedAt > b.completedAt ? -1 : a.id < b.id ? 1 : -1))
    .slice(Math.max(1, retentionCount))
    .map(({ id }) => id);
}

export function evolvePolicy(state: PolicyState | undefined, event: LedgerEvent): PolicyState | undefined {
  switch (event.type) {
    case 'PolicyChanged': {
      const { policyId, deploymentId, name } = event.data;
      const settings = wholeSettings(event.data, state?.settings);
      return {
        policyId,
        deploymentId,
        name,
        settings,
        lastDueAt: state?.lastDueAt ?? null,
        changedAt: event.at,
        removed: false,
      };
    }
    case 'BackupRequested':
      return state && event.data.dueAt !== null ? answered(state, event.data.dueAt) : state;
    case 'DeploymentRemoved':
      return state && { ...state, removed: true };
    case 'BackupSkipped':
      return state && answered(state, event.data.dueAt);
    default:
      return state;
  }
}

/** The settings, each one that is left out as it is now. What was stored before there was such a one has its default. */
export function wholeSettings(given: GivenPolicySettings, now?: GivenPolicySettings): PolicySettings {
  const current = (name: keyof PolicySettings) =>
    [given, now, defaultPolicySettings].find((settings) => settings?.[name] !== undefined)?.[name];
  return Object.fromEntries(policySettingNames.map((name) => [name, current(name)])) as PolicySettings;
}

/** Whether two settings mean the same. */
export function sameSettings(a: PolicySettings, b: PolicySettings): boolean {
  // Settings are JSON.
  return policySettingNames.every((name) => JSON.stringify(a[name]) === JSON.stringify(b[name]));
}

function answered(state: PolicyState, dueAt: string): PolicyState {
  return state.lastDueAt !== null && state.lastDueAt >= dueAt ? state : { ...state, lastDueAt: dueAt };
}
