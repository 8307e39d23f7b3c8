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

if (step === 'secrets') for (const server of servers) await makeServerSecrets(folder, server, owners);
else if (step === 'ledger') await prepareLedger(await readServerSecrets(folder, 'ledger'));
else if (step === 'demo') await prepareDemo(await readServerSecrets(folder, 'demo'));
else {
  process.stderr.write(`Usage: main.js secrets|ledger|demo [folder]; "${step ?? ''}" is none of them.\n`);
  process.exit(2);
}
