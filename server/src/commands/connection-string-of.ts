import { requireConnected } from '../domain/deployment.ts';
import type { Services } from '../services.ts';

/** The connection string of a deployment. Raises DEPLOYMENT_NOT_CONNECTED for a recovered one that has none yet. */
export async function connectionStringOf(
  { secrets }: Pick<Services, 'secrets'>,
  deployment: Parameters<typeof requireConnected>[0],
): Promise<string> {
  return await secrets.open(requireConnected(deployment));
}
