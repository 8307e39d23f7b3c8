import type { Actor } from '@holdfast/shared/actor';
import { createFormats } from '../formats.ts';

const f = createFormats('en');

export const common = {
  actions: 'Actions',
  all: 'All',
  close: 'Close',
  copied: 'Copied',
  copyHash: (short: string) => `Copy ${short}`,
  goBack: 'Go back',
  loading: 'Loading…',
  never: 'never',
  none: 'none',
  older: 'Show older',
  show: 'Show',
  state: 'State',
};

export const actor = {
  name: (who: Actor) => names[who.kind],
};

const names: Record<Actor['kind'], string> = {
  user: 'administrator',
  'api-key': 'API key',
  schedule: 'schedule',
  system: 'Holdfast',
};

export const shell = {
  activity: 'Activity',
  connecting: 'Connecting…',
  liveAsOf: 'Live as of',
  main: 'Main',
  notFound: 'There is no such page.',
  overview: 'Overview',
  /** Fits below an icon. */
  overviewShort: 'Overview',
  policies: 'Policies',
  restore: 'Restore',
  running: (count: number) => `${f.count(count)} running`,
  settings: 'Settings',
  skip: 'Skip to content',
  switchTheme: 'Switch between light and dark',
  toOverview: 'Go to the overview',
  trueAsOf: 'True as of',
  whereYouAre: 'Where you are',
};

export const live = {
  again: 'Live again.',
  goesOn: 'What runs goes on without it; the page keeps trying to connect.',
  ledgerGoesOn:
    'Holdfast itself runs: backups under way go on and are recorded once the ledger answers. See whether its mongod runs and has disk space.',
  ledgerLost: (since: string) => `The ledger has not answered since ${since}`,
  lost: (since: string) => `Not live since ${since}`,
  missed: (from: number, to: number) =>
    to < from
      ? 'Nothing was missed.'
      : `${f.plural(to - from + 1, { one: '1 event was', other: `${f.count(to - from + 1)} events were` })} missed and ${to === from ? 'is' : 'are'} in: #${f.count(from)}${to === from ? '' : `–${f.count(to)}`}.`,
  retry: 'Try now',
  trueAsOf: (position: number) => `This page is true as of #${f.count(position)}.`,
};

export const signIn = {
  code: 'Login code',
  empty: 'Type or paste the code first.',
  goodFor: 'A code is good once, and for ten minutes.',
  howTo: 'Get a code on the machine that runs Holdfast, in its folder:',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  title: 'Sign in to Holdfast',
  tooMany: (seconds: number) => `Too many attempts. Try again in ${f.duration(seconds * 1000)}, with a fresh code.`,
  wrong: 'The code is wrong, used or expired. Make a new one with the command below.',
};
