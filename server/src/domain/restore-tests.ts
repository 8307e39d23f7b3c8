// The settings of all restore tests, and how much of the day's budget is spent. Pure.
import type { LedgerEvent, NewEvent } from '@holdfast/shared/events';
import { defaultRestoreTestSettings, type RestoreTestSettings } from '@holdfast/shared/restore-test';
import { type DeploymentState, requireDeployment } from './deployment.ts';

/** What deciders know of all tests. */
export interface RestoreTestsState {
  readonly settings: RestoreTestSettings;
  /** How long tests of the schedule took on the day (UTC, `2026-11-24`) on which the last one ended. */
  readonly spent: { readonly day: string; readonly ms: number };
}

/** Changes the settings; unchanged ones append nothing. Raises DEPLOYMENT_NOT_FOUND for the one that is set aside. */
export function changeRestoreTests(
  states: { readonly tests: RestoreTestsState | undefined; readonly setAside: DeploymentState | undefined },
  settings: RestoreTestSettings,
): NewEvent[] {
  const now = restoreTestsOf(states.tests);
  if (settings.setAsideId !== null && settings.setAsideId !== now.setAsideId)
    requireDeployment(states.setAside, settings.setAsideId);
  const isSame = (Object.keys(settings) as (keyof RestoreTestSettings)[]).every((name) => settings[name] === now[name]);
  return isSame ? [] : [{ stream: 'restore-tests', type: 'RestoreTestsChanged', data: settings }];
}

/** The settings that hold: the defaults until somebody changes them. */
export function restoreTestsOf(state: RestoreTestsState | undefined): RestoreTestSettings {
  return state?.settings ?? defaultRestoreTestSettings;
}

/** How long tests of the schedule took on that day, in milliseconds. */
export function spentOn(day: string, state: RestoreTestsState | undefined): number {
  return state?.spent.day === day ? state.spent.ms : 0;
}

export function evolveRestoreTests(
  state: RestoreTestsState | undefined,
  event: LedgerEvent,
): RestoreTestsState | undefined {
  switch (event.type) {
    case 'RestoreTestsChanged':
      return { settings: event.data, spent: state?.spent ?? nothingSpent };
    case 'RestoreTestPassed':
    case 'RestoreTestFailed':
    case 'RestoreTestSkipped': {
      const { cause, durationMs = 0 } = event.data;
      if (cause !== 'schedule') return state;
      const day = event.at.slice(0, 'yyyy-mm-dd'.length);
      return { settings: restoreTestsOf(state), spent: { day, ms: spentOn(day, state) + durationMs } };
    }
    default:
      return state;
  }
}

const nothingSpent = { day: '', ms: 0 };
