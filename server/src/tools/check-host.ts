import type { DoctorCheck } from './doctor.ts';
import { hasAvx } from './download-mongod.ts';

const oldestNode = 26;

/** Node itself: older ones run neither the sources nor the compression. */
export function checkNode(version: string): DoctorCheck {
  const ok = Number(version.split('.')[0]) >= oldestNode;
  const advice = `Node ${oldestNode} is needed. \`npx pnpm@12 ...\` in this folder brings its own; otherwise install a newer one.`;
  return {
    id: 'node',
    title: 'Node.js',
    status: ok ? 'ok' : 'failed',
    found: `Node ${version}`,
    advice: ok ? null : advice,
  };
}

/** mongod 5.0 and later use AVX instructions, which some virtual machines hide. */
export async function checkProcessor({ embedded }: { readonly embedded: boolean }): Promise<DoctorCheck> {
  const check = { id: 'processor', title: 'Processor' } as const;
  if (await hasAvx()) return { ...check, status: 'ok', found: `${process.arch}, can run mongod`, advice: null };
  return {
    ...check,
    status: embedded ? 'failed' : 'warning',
    found: `${process.arch} without AVX instructions, which mongod 5.0 and later need`,
    advice:
      'In a virtual machine, pass the host processor through (CPU type "host"). Or name an older mongod with MONGOD_PATH, or a ' +
      'replica set elsewhere with LEDGER_URI.',
  };
}

/** Schedules need the rules of every time zone; a small build of Node, or an old tzdata, lacks them. */
export function checkTimeZones(offsetIn: (month: number) => string = parisOffset): DoctorCheck {
  const [winter, summer] = [offsetIn(0), offsetIn(6)];
  const ok = winter === 'GMT+01:00' && summer === 'GMT+02:00';
  return {
    id: 'time-zones',
    title: 'Time zones',
    status: ok ? 'ok' : 'failed',
    found: ok ? 'known, with summer time' : `Europe/Paris is ${winter} in January and ${summer} in July`,
    advice: ok ? null : 'Use a Node with full ICU data (every official build has it), and do not set NODE_ICU_DATA.',
  };
}

function parisOffset(month: number): string {
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Paris', timeZoneName: 'longOffset' });
    const parts = format.formatToParts(Date.UTC(2026, month, 15));
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'unknown';
  } catch (error) {
    if (error instanceof RangeError) return 'unknown';
    throw error;
  }
}
