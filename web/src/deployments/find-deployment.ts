import type { Deployment } from '@holdfast/shared/deployment';
import { useQuery } from '@tanstack/solid-query';
import { useApi } from '../data/api-context.tsx';

/** The deployment that a backup or restore belongs to, for its lock. Undefined once it has been removed. */
export function createDeployment(id: () => string | undefined): () => Deployment | undefined {
  const api = useApi();
  const deployments = useQuery(() => api.deployments.list.query());
  return () => deployments.data?.find((deployment) => deployment.id === id());
}

/** Whether that deployment has been removed; false until the deployments are known. */
export function createIsRemoved(id: () => string | undefined): () => boolean {
  const api = useApi();
  const deployments = useQuery(() => api.deployments.list.query());
  return () =>
    id() !== undefined &&
    deployments.data !== undefined &&
    !deployments.data.some((deployment) => deployment.id === id());
}
