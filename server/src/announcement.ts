import type { Config } from './config.ts';
import type { Served } from './serve.ts';

/** What a person reads once the service runs: where it is, how to sign in, what happens next. */
export function announcement({ url, administratorKeyFile, welcome, app }: Served, config: Config): string {
  const { services } = app;
  const ledger =
    services.ledgerPlace.kind === 'embedded' ? `embedded, in ${config.dataDir}/ledger` : 'your replica set';
  return [
    '',
    `  Holdfast runs at ${url}`,
    '',
    '  Sign in      npx pnpm@12 holdfast login-code',
    `  Key          ${config.apiKey === null ? administratorKeyFile : 'as configured'}`,
    `  Ledger       ${ledger}`,
    `  Archives     ${services.destinations.main.url}`,
    `  Tools        ${services.tools === null ? 'none: this server runs no operations' : `mongodump ${services.tools.mongodumpVersion}`}`,
    ...(services.role === 'all' ? [] : [`  Role         ${roles[services.role]}`]),
    '',
    ...nextSteps(welcome).map((line) => `  ${line}`),
    '',
  ].join('\n');
}

const roles = {
  api: 'api: answers calls and serves the console; a worker runs the operations',
  worker: 'worker: runs operations and the schedule; answers health checks and metrics only',
} as const;

function nextSteps({ deployment, schedule, problem }: Served['welcome']): string[] {
  if (problem !== null) return ['MONGODB_URI could not be registered:', problem];
  if (deployment === null) return ['Next: register a deployment in the console, or set MONGODB_URI.'];
  const daily = schedule
    ? `scheduled daily at ${String(schedule.hour).padStart(2, '0')}:00 ${schedule.timezone}`
    : 'not scheduled';
  if (deployment === 'sample')
    return [
      'A sample database is registered as "sample" and is being backed up.',
      'Your own: set MONGODB_URI and start again, or register it in the console.',
    ];
  return [
    `Your deployment is registered as "${deployment}", ${daily}.`,
    `Back up now? npx pnpm@12 holdfast backup ${deployment}`,
  ];
}
