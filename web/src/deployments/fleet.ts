// Everything the overview knows: each deployment with its policy, its latest backups and how ready it is.
import type { Backup } from '@holdfast/shared/backup';
import type { Deployment } from '@holdfast/shared/deployment';
import type { Policy } from '@holdfast/shared/policy';
import { useQueries, useQuery } from '@tanstack/solid-query';
import { type Accessor, createMemo } from 'solid-js';
import { useApi } from '../data/api-context.tsx';
import { now } from '../live/clock.ts';
import { type Readiness, readinessOf } from './readiness.ts';

export interface FleetMember {
  readonly deployment: Deployment;
  readonly policy: Policy | undefined;
  /** Newest first, enough for a month of daily runs. */
  readonly backups: readonly Backup[];
  readonly readiness: Readiness;
}

export interface Fleet {
  /** Undefined until everything has been answered once. */
  readonly members: Accessor<FleetMember[] | undefined>;
  readonly error: Accessor<unknown>;
}

/** Asks for deployments and policies, and for the latest backups of each deployment in the same request. */
export function createFleet(): Fleet {
  const api = useApi();
  const deployments = useQuery(() => api.deployments.list.query());
  const policies = useQuery(() => api.policies.list.query());
  const histories = useQueries(() => ({
    queries: (deployments.data ?? []).map(({ id }) => api.backups.list.query({ deploymentId: id, limit: 60 })),
  }));
  const minute = createMemo(() => Math.floor(now() / 60_000) * 60_000);
  const members = createMemo(() => {
    const known = deployments.data;
    if (!known || !policies.data || histories.some((history) => history.data === undefined)) return undefined;
    return known.map((deployment, index): FleetMember => {
      const policy = policies.data?.find(({ deploymentId }) => deploymentId === deployment.id);
      const items = histories[index]?.data?.items ?? [];
      // What a restore took of parts, before it replaced them, says nothing of how well the deployment is backed up.
      const backups = items.filter(({ trigger }) => trigger !== 'safety');
      return { deployment, policy, backups, readiness: readinessOf(policy, backups, minute()) };
    });
  });
  return { members, error: () => deployments.error ?? policies.error };
}
