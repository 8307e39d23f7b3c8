// A randomised run from the command line: `pnpm test:chaos [--seconds N] [--kills N] [--seed N]`. The seed makes it the same again,
// but for what two machines do at different speed.
import { parseArgs } from 'node:util';
import { runChaos } from './run-chaos.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' } },
});
// Servers and mongods end with this process only when it ends in order.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const say = (line: string) => void process.stdout.write(`${line}\n`);
const number = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : Number(text));
const seed = number(values.seed, Math.floor(Math.random() * 2 ** 31));
const seconds = number(values.seconds, values.kills === undefined ? 300 : Number.POSITIVE_INFINITY);
const kills = number(values.kills, Number.POSITIVE_INFINITY);

say(`seed ${seed}`);
try {
  const report = await runChaos({ seed, seconds, kills, faultsPerCheck: 20, onProgress: say });
  say(`held: ${JSON.stringify(report, null, 2)}`);
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  say(`did not hold. Again: npx pnpm@12 test:chaos --seed ${seed}`);
  process.exitCode = 1;
}
process.exit();
