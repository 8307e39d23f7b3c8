import type { ConfigurationChange } from '@holdfast/shared/configuration';
import type { ServerRole, ServerState } from '@holdfast/shared/server';
import { createFormats } from '../formats.ts';

const f = createFormats('en');

export const settings = {
  apply: (count: number) => f.plural(count, { one: 'Apply 1 change', other: `Apply ${f.count(count)} changes` }),
  applying: 'Applying…',
  atOnce: (count: number) => f.plural(count, { one: 'one at a time', other: `up to ${f.count(count)} at once` }),
  browser: 'This browser',
  browserNote: 'Kept here only',
  change: {
    'policy-added': 'policy added',
    'policy-changed': 'policy changed',
    'policy-unchanged': 'unchanged',
    'deployment-needs-connection': 'register it first',
  } satisfies Record<ConfigurationChange['kind'], string>,
  checkAgain: 'Check again',
  checkStatus: { ok: 'In order.', warning: 'Worth a look.', failed: 'Failed.' },
  /** The server titles its checks in English. */
  checkTitle: (_id: string, title: string) => title,
  checking: 'Checking…',
  configuration: 'Configuration',
  configurationNote: 'Deployments, destinations and policies as a file',
  configurationText:
    'The file holds names, hosts and policies, but no passwords, keys, archives or history. An import changes the policies of deployments that are registered; it shows what it would do first.',
  deployments: 'Deployments',
  deploymentsNote: 'What Holdfast backs up',
  destination: 'Destinations',
  destinationNote: 'Where archives are kept, compared with the ledger every quarter of an hour',
  discardImport: 'Discard the import',
  doctor: 'Doctor',
  doctorNote: 'What the service finds when it looks at itself',
  encryption: 'Encryption',
  encryptionNote: 'Keys that open backups, and the recovery kit that holds them',
  export: 'Export',
  import: 'Import…',
  importFile: 'Configuration file',
  imported: 'The configuration is imported',
  instance: 'Instance',
  language: 'Language',
  lastSeen: 'Last seen',
  ledger: { embedded: 'embedded: a mongod that Holdfast runs itself', external: 'external: a replica set of yours' },
  notJson: 'The file is not JSON. Nothing was changed.',
  preview: 'What the import would change',
  previewTitle: (count: number) =>
    count === 0
      ? 'The import would change nothing'
      : f.plural(count, {
          one: 'The import would make 1 change',
          other: `The import would make ${f.count(count)} changes`,
        }),
  process: (pid: number) => `process ${pid}`,
  role: 'Role',
  roles: {
    all: 'all: calls and operations',
    api: 'api: calls and console',
    worker: 'worker: operations',
  } satisfies Record<ServerRole, string>,
  runningSince: 'Running since',
  runs: 'Runs',
  runsNothing: 'nothing',
  server: 'Server',
  servers: 'Servers',
  serversNote: 'Who works over this ledger',
  serverStates: { running: 'Running', draining: 'Draining', silent: 'Silent' } satisfies Record<ServerState, string>,
  serverZone: 'Server’s zone',
  signOut: 'Sign out',
  system: 'System',
  theme: 'Appearance',
  thisServer: 'the one you are talking to',
  restoreTests: 'Restore tests',
  letterKeys: 'Keys that are a single letter',
  letterKeysOn: 'R on the page of a backup or a deployment plans a restore, T on that of a backup tests it',
  verification: 'Verification',
  themes: { light: 'Light', dark: 'Dark', system: 'System' },
  used: 'Used',
  version: 'Version',
};
