// What the one-shot containers of docker-compose.yml run: `secrets`, `ledger` or `demo`, then the folder of the secrets.
import { prepareDemo, prepareLedger } from './prepare-server.ts';
import { makeServerSecrets, readServerSecrets } from './secret-files.ts';

/** `mongod` is that user's number in MongoDB's own image, `holdfast` in ours. */
const owners = { mongod: 999, holdfast: 10_001 };

const servers = [
  { name: 'ledger', host: 'ledger:27017' },
  { name: 'demo', host: 'demo:27017', database: 'shop' },
];

const [step, folder = '/secrets'] = process.argv.slice(2);

const steps: Record<string, () => Promise<unknown>> = {
  secrets: () => Promise.all(servers.map((server) => makeServerSecrets(folder, server, owners))),
  ledger: async () => prepareLedger(await readServerSecrets(folder, 'ledger')),
  demo: async () => prepareDemo(await readServerSecrets(folder, 'demo')),
};

const run = steps[step ?? ''];
if (!run) {
  process.stderr.write(`Usage: main.js ${Object.keys(steps).join('|')} [folder]\n`);
  process.exit(2);
}
try {
  await run();
} catch (error) {
  process.stderr.write(`${step}: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
