import type { Comparison } from '../sample/compare-databases.ts';
import { printable } from './printable.ts';
import { counted, formatBytes } from './quantities.ts';

const shown = 10;

/** How much was compared, and the first differences. */
export function describeComparison(comparison: Comparison): string {
  const { collections, documents, bytes, indexes, differences, total } = comparison;
  const extent = `${counted(collections, 'collection')}, ${counted(documents, 'document')} (${formatBytes(bytes)}) and ${counted(indexes, 'index')}`;
  if (comparison.equal) return `Equal: ${extent}.`;
  const lines = differences.slice(0, shown).map(({ namespace, id, detail }) => {
    return printable(`- ${namespace}${id === undefined ? '' : ` _id ${id}`}: ${detail}`);
  });
  const more = total > lines.length ? [`- and ${counted(total - lines.length, 'difference')} more`] : [];
  return [`NOT EQUAL: ${counted(total, 'difference')} in ${extent}.`, ...lines, ...more].join('\n');
}
