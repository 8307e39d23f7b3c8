import type { OperationKind } from '@holdfast/shared/deployment';
import type { ReadinessState } from '../../deployments/readiness.ts';
import { createFormats } from '../formats.ts';

const f = createFormats('en');

/** Days. */
export interface StripCounts {
  readonly good: number;
  readonly tested: number;
  readonly failed: number;
}

export interface RestOfFleet {
  ready: number;
  paused: number;
  running: number;
}

export const overview = {
  allGood: (all: number) =>
    f.plural(all, {
      one: 'The deployment has a good backup.',
      other: `All ${f.count(all)} deployments have a good backup.`,
    }),
  caption: 'Deployments, those that need you first',
  everyOne: 'Every deployment has a good backup to go back to.',
  free: (bytes: number) => `${f.bytes(bytes)} free`,
  last30: 'Last 30 days',
  lastGood: 'Last good backup',
  ledger: 'Ledger',
  ledgerNote: 'events in one chain',
  needYou: (needing: number, all: number) =>
    `${f.count(needing)} of ${f.count(all)} ${f.plural(all, { one: 'deployment', other: 'deployments' })} ${f.plural(needing, { one: 'needs', other: 'need' })} you.`,
  newest: 'Newest backup',
  nextRun: 'Next run',
  nothing: 'Nothing is protected yet.',
  ofTotal: (bytes: number) => `of ${f.bytes(bytes)}`,
  oneStep: 'One step to the first backup.',
  rest: ({ ready, paused, running }: RestOfFleet) => {
    const parts = [
      ready > 0 ? `${f.count(ready)} ${f.plural(ready, { one: 'is', other: 'are' })} ready` : '',
      running > 0 ? `${f.count(running)} running` : '',
      paused > 0 ? `${f.count(paused)} ${f.plural(paused, { one: 'is', other: 'are' })} paused` : '',
    ].filter(Boolean);
    return parts.length > 0 ? `${capital(parts.join(', '))}.` : '';
  },
  storage: 'Room for archives',
  storageUnknown: 'without a limit',
  theLine:
    'The line on the left is the ledger. It holds everything that happens here, in order, and cannot be rewritten unnoticed.',
  whatHappened: 'What happened',
  without: (names: readonly string[]) => `Nothing to go back to yet: ${f.list(names)}.`,
};

const states: Record<ReadinessState, [word: string, note: string, verdict: string]> = {
  failed: ['Failed', 'the newest run', 'needs you: the newest run failed.'],
  unreliable: [
    'Unreliable',
    'the newest backup',
    'needs you: its newest backup is missing, damaged, or did not pass its restore test.',
  ],
  empty: ['No backup yet', 'nothing to go back to', 'has no backup yet.'],
  late: ['Late', 'older than a day', 'is late: its newest good backup is older than a day.'],
  tested: ['Restore-tested', 'restored and compared', 'is ready: its newest backup is restore-tested.'],
  verified: ['Verified', 'read back and compared', 'is ready: its newest backup is verified.'],
  written: ['Backed up', 'written whole, not verified', 'is ready: its newest backup is written whole.'],
  paused: ['Off', 'no runs are planned', 'is not backed up on a schedule.'],
};

export const deployments = {
  allDatabases: 'all databases',
  answers: 'It answers.',
  change: 'Change…',
  changeOf: (name: string) => `Change… ${name}`,
  changeTitle: (name: string) => `Change ${name}`,
  changed: (name: string) => `${name} is changed`,
  connect: 'Connect a MongoDB deployment',
  connectText:
    'A server, a replica set or a sharded cluster. Its connection string is sealed and never shown again; its policy starts as daily at 02:00 UTC, keeping the newest 7.',
  deployment: 'Deployment',
  goBackTo: 'You can go back to',
  hosts: 'Hosts',
  idle: 'idle',
  connectAsk: 'Give it its connection string…',
  needsConnection: 'needs its connection string',
  notConnected: 'It was recovered from its backups and has no connection string yet.',
  notConnectedText:
    'With one it can be backed up and restored again; until then its backups can be looked at and verified.',
  name: 'Name',
  nameHint: 'Lower-case letters, digits and hyphens. It stands in the names of archives.',
  nameProblem: 'A name has 1 to 63 lower-case letters, digits or hyphens, and begins and ends with a letter or digit.',
  nothingToGoBackTo: 'There is nothing to go back to yet.',
  off: 'off',
  oneDatabase: (name: string) => `database ${name}`,
  register: 'Register',
  registerAsk: 'Register a deployment…',
  registerTitle: 'Register a deployment',
  registered: (name: string) => `${name} is registered`,
  remove: 'Remove the deployment',
  removeAsk: 'Remove…',
  removeEffect:
    'Its policy ends and no further backups are made. Its archives stay where they are, and the ledger keeps its story.',
  removeOf: (name: string) => `Remove… ${name}`,
  removeTitle: (name: string) => `Remove ${name}?`,
  saveChange: 'Save the change',
  scope: 'Scope',
  state: (state: ReadinessState) => states[state][0],
  stateNote: (state: ReadinessState) => states[state][1],
  stripText: ({ good, tested, failed }: StripCounts) =>
    `Last 30 days: ${f.plural(good, { one: '1 day', other: `${f.count(good)} days` })} with a good backup, ${f.count(tested)} restore-tested, ${f.count(failed)} failed`,
  test: 'Test the connection',
  testing: 'Testing…',
  unknown: (name: string) => `There is no deployment ${name}.`,
  uri: 'Connection string',
  uriHint: 'With a database in its path, only that database is backed up. Reserved characters are percent-encoded.',
  uriKept: 'Sealed. Leave it empty to keep the present one.',
  uriProblem: 'Paste the connection string.',
  verdict: (state: ReadinessState) => states[state][2],
  verdictBusy: (kind: OperationKind): string => (kind === 'backup' ? 'is being backed up.' : 'is being restored.'),
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
