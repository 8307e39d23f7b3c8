// French. Its type is that of the English dictionary.
import type { Dictionary } from '../dictionary.ts';
import { activity, events } from './activity.ts';
import { backups } from './backups.ts';
import { actor, common, live, shell, signIn } from './common.ts';
import { destinations } from './destinations.ts';
import { documents } from './documents.ts';
import { encryption } from './encryption.ts';
import { errors, failures } from './errors.ts';
import { deployments, overview } from './fleet.ts';
import { imports } from './imports.ts';
import { operation } from './operations.ts';
import { policies } from './policies.ts';
import { putBack } from './put-back.ts';
import { restorePlan } from './restore-plan.ts';
import { restoreRun } from './restore-run.ts';
import { restoreTests } from './restore-tests.ts';
import { restores } from './restores.ts';
import { settings } from './settings.ts';
import { undo } from './undo.ts';
import { verification } from './verification.ts';

export const fr: Dictionary = {
  activity,
  actor,
  backups,
  common,
  deployments,
  destinations,
  encryption,
  documents,
  errors,
  events,
  failures,
  imports,
  live,
  operation,
  overview,
  policies,
  putBack,
  restorePlan,
  restoreRun,
  restoreTests,
  restores,
  settings,
  shell,
  signIn,
  undo,
  verification,
};
