// The table of a run of the fault matrix, in Markdown.

import { failpoints } from '../../failpoints.ts';
import { elsewhere, type FaultCase, faultNames, faultTitles, nonsense } from './fault-cases.ts';

const points = failpoints.filter((point) => !elsewhere.has(point));

export interface Ran extends FaultCase {
  readonly passed: boolean;
  /** null for one that failed. */
  readonly idleMs: number | null;
  readonly status: 'completed' | 'failed' | 'cancelled' | null;
}

/** Cases, passed and time to idle per fault, then the outcomes per fault and point. */
export function reportOf(ran: readonly Ran[], how: { readonly cpus: number; readonly parallel: number }): string {
  const passed = ran.filter((one) => one.passed).length;
  return [
    `${ran.length} cases, ${passed} passed; ${how.parallel} at once on ${how.cpus} cores. Seconds from the fault until nothing ran any more:`,
    '',
    '| fault | cases | passed | completed | median | longest |',
    '|---|---|---|---|---|---|',
    ...faultNames.flatMap((fault) => faultRow(fault, ran)),
    '',
    'By point, one server / two servers: `+` completed, `-` ended as failed with its reason, `!` did not pass, blank where it makes',
    'no sense.',
    '',
    `| fault | ${points.join(' | ')} |`,
    `|---|${points.map(() => '---').join('|')}|`,
    ...faultNames.map((fault) => `| ${fault} | ${points.map((point) => cell(ran, fault, point)).join(' | ')} |`),
    '',
  ].join('\n');
}

function faultRow(fault: FaultCase['fault'], ran: readonly Ran[]): string[] {
  const of = ran.filter((one) => one.fault === fault);
  if (of.length === 0) return [];
  const idle = of.flatMap(({ idleMs }) => idleMs ?? []).sort((a, b) => a - b);
  const passed = of.filter((one) => one.passed).length;
  const completed = of.filter(({ status }) => status === 'completed').length;
  const [median, longest] = [idle[Math.floor(idle.length / 2)], idle.at(-1)].map(seconds);
  return [`| ${faultTitles[fault]} | ${of.length} | ${passed} | ${completed} | ${median} | ${longest} |`];
}

function cell(ran: readonly Ran[], fault: FaultCase['fault'], point: FaultCase['point']): string {
  if (nonsense({ fault, point }) !== undefined) return '';
  return ([1, 2] as const)
    .map((servers) => {
      const found = ran.find((one) => one.fault === fault && one.point === point && one.servers === servers);
      if (found === undefined) return '?';
      return found.passed ? (found.status === 'completed' ? '+' : '-') : '!';
    })
    .join(' / ');
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '' : (ms / 1_000).toFixed(1);
}
