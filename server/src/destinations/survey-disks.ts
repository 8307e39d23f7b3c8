// What `reportDisks` is to look at, out of what the ledger knows: every deployment, with the destinations of each of its policies.
import { access } from 'node:fs/promises';
import type { DiskReport } from '@holdfast/shared/destination';
import type { DeploymentId } from '@holdfast/shared/ids';
import { parseConnectionString } from '../engine/connection-string.ts';
import { type DataPlace, dataPlaceOf } from '../engine/data-place.ts';
import { SecretUnreadable } from '../ledger/sealed-secrets.ts';
import type { StoredDeployment } from '../projections/deployments.ts';
import type { StoredPolicy } from '../projections/policies.ts';
import type { Services } from '../services.ts';
import { type DiskQuestion, reportDisks } from './disk-report.ts';

type Surveyed = Pick<Services, 'ledger' | 'destinations' | 'secrets'>;

/** Where a server keeps its data changes hardly ever: it is asked again after so long. */
const rememberForMs = 60_000;

/** A survey of the disks, as often as one likes. `ledger`: where it lies, or the address to ask. */
export function diskSurvey(
  services: Surveyed,
  ledger: DataPlace | { readonly uri: string },
): () => Promise<DiskReport> {
  const asked = new Map<string, { readonly place: Promise<DataPlace>; readonly until: number }>();
  const placeOf = (uri: string) => {
    const known = asked.get(uri);
    if (known !== undefined && known.until > performance.now()) return known.place;
    const place = dataPlaceOf(parseConnectionString(uri));
    asked.set(uri, { place, until: performance.now() + rememberForMs });
    return place;
  };
  return () => surveyDisks(services, ledger, placeOf);
}

/** Docker's and Podman's marks, and what Kubernetes mounts into each pod. */
async function runsInContainer(): Promise<boolean> {
  const marks = ['/.dockerenv', '/run/.containerenv', '/var/run/secrets/kubernetes.io'];
  const found = await Promise.all(
    marks.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

type PlaceOf = (uri: string) => Promise<DataPlace>;

async function surveyDisks(
  services: Surveyed,
  ledger: DataPlace | { readonly uri: string },
  placeOf: PlaceOf,
): Promise<DiskReport> {
  const deployments = await services.ledger.readModel<StoredDeployment>('deployments');
  const known = await deployments.find({ removed: false }).sort({ name: 1 }).toArray();
  const asked = await Promise.all(known.map((deployment) => questionsOf(services, deployment, placeOf)));
  return await reportDisks({
    ledger: 'uri' in ledger ? await placeOf(ledger.uri) : ledger,
    mainUrl: services.destinations.main.url,
    deployments: asked.flat(),
    inContainer: await runsInContainer(),
  });
}

/** One for each list of destinations that its backups go to. */
async function questionsOf(
  services: Surveyed,
  { _id, name, secretRef }: StoredDeployment,
  placeOf: PlaceOf,
): Promise<DiskQuestion['deployments']> {
  const { main } = services.destinations;
  const policies = await services.ledger.readModel<StoredPolicy>('policies');
  const named = await policies.find({ deploymentId: _id as DeploymentId, removed: false }).toArray();
  const lists = named.length > 0 ? named.map(({ destinationIds = [] }) => destinationIds as string[]) : [[]];
  const urlsOf = (ids: string[]) => {
    const found = services.destinations.known().filter(({ id }) => ids.includes(id));
    return found.length > 0 ? found.map(({ url }) => url) : [main.url];
  };
  const distinct = new Map(lists.map((ids) => [urlsOf(ids).join('\n'), urlsOf(ids)]));
  const data = await dataOf(services, secretRef, placeOf);
  return [...distinct.values()].map((urls) => ({ name, data, urls }));
}

/** One that was never connected, of an imported or recovered backup, has no data that could be seen. */
async function dataOf({ secrets }: Surveyed, secretRef: string | null, placeOf: PlaceOf): Promise<DataPlace> {
  if (secretRef === null) return { kind: 'elsewhere' };
  try {
    return await placeOf(await secrets.open(secretRef));
  } catch (error) {
    if (!(error instanceof SecretUnreadable)) throw error;
    return { kind: 'unknown', reason: 'unreachable' };
  }
}
