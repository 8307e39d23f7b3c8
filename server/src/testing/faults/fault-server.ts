// One server of a fault case: a process that can be held at a point, hit, and started again over its data folder.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FailpointName } from '../../failpoints.ts';
import { type HoldfastProcess, startHoldfastProcess } from '../holdfast-process.ts';
import { until } from '../until.ts';
import { childrenOf, type ProcessMark, processesOf, stillRunning, type ToolProcess } from './processes-of.ts';

export class FaultServer {
  readonly name: string;
  readonly dataDir: string;
  /** What its clock is off by, as libfaketime reads it. */
  readonly clockFile: string;
  readonly #failpoints: string;
  readonly #env: Readonly<Record<string, string>>;
  #process: HoldfastProcess | undefined;
  readonly #outputs: (() => string)[] = [];
  readonly #watchdogs = new Map<number, ProcessMark>();

  constructor(folder: string, name: string, env: Readonly<Record<string, string>>) {
    this.name = name;
    this.dataDir = join(folder, name);
    this.#failpoints = join(folder, `${name}-failpoints`);
    this.clockFile = join(folder, `${name}-clock`);
    this.#env = env;
  }

  get process(): HoldfastProcess {
    if (this.#process === undefined) throw new Error(`server ${this.name} does not run`);
    return this.#process;
  }

  get api(): HoldfastProcess['client'] {
    return this.process.client;
  }

  async start(): Promise<void> {
    await mkdir(this.#failpoints, { recursive: true });
    const env = { ...this.#env, HOLDFAST_FAILPOINTS: this.#failpoints, FAKETIME_TIMESTAMP_FILE: this.clockFile };
    this.#process = await startHoldfastProcess({ env, dataDir: this.dataDir });
    this.#outputs.push(this.#process.output);
  }

  async hold(point: FailpointName): Promise<void> {
    await rm(join(this.#failpoints, `${point}.reached`), { force: true });
    await writeFile(join(this.#failpoints, point), '');
  }

  async release(point: FailpointName): Promise<void> {
    await rm(join(this.#failpoints, point), { force: true });
  }

  async reached(point: FailpointName): Promise<void> {
    const file = join(this.#failpoints, `${point}.reached`);
    await until(
      async () => existsSync(file),
      (found) => found,
    );
    await this.#rememberWatchdog();
  }

  /** mongodump and mongorestore that it started, also when it is gone; not those that it only asked for their version. */
  async tools(): Promise<ToolProcess[]> {
    await this.#rememberWatchdog();
    const isTool = (name: string) => name.startsWith('mongodump') || name.startsWith('mongorestore');
    return (await processesOf(this.dataDir, isTool)).filter(({ args }) => !args.includes('--version'));
  }

  /** Throws when anything that it started outlives it, whatever that is. */
  async requireGone(): Promise<void> {
    await until(
      async () => [
        ...(await processesOf(this.dataDir, () => true)),
        ...(await stillRunning([...this.#watchdogs.values()])),
      ],
      ({ length }) => length === 0,
      15_000,
    );
  }

  /** Ends it, whatever state it is in; lets go of every point first. */
  async stop(): Promise<void> {
    await rm(this.#failpoints, { recursive: true, force: true });
    const process = this.#process;
    if (process === undefined) return;
    process.signal('SIGCONT');
    process.signal('SIGTERM');
    const timer = setTimeout(() => void process.end('SIGKILL'), 30_000);
    await process.exited;
    clearTimeout(timer);
  }

  /** Nothing in its environment says whose it is. */
  async #rememberWatchdog(): Promise<void> {
    for (const child of await childrenOf(this.#process?.pid ?? 0)) this.#watchdogs.set(child.pid, child);
  }

  /** What it wrote, over all its starts. */
  output(): string {
    return this.#outputs.map((output) => output()).join('\n--- started again\n');
  }
}
