// Reads the JSON reports of one runner, the first run and perhaps a second one of what had failed, and prints on the first line
// `<passed> <failed>`, then a line for each test that failed (`failed: ...` and why) or only passed when run again (`unsteady: ...`).
// Usage: node .ci/outcome.mjs vitest|playwright FIRST [SECOND]
//        node .ci/outcome.mjs again FIRST     (arguments, one a line, that run what failed once more; nothing when all passed)
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const readers = {
  vitest: (report) =>
    report.testResults.flatMap(({ name, status, message, assertionResults }) => {
      const tests = assertionResults.map(({ fullName, status: outcome, failureMessages }) => ({
        name: `${relative('.', name)} > ${fullName}`,
        outcome,
        why: failureMessages[0],
      }));
      // A file that could not be loaded, or whose hooks failed, has no failed test.
      const broken = status === 'failed' && !tests.some(({ outcome }) => outcome === 'failed');
      return broken ? [...tests, { name: relative('.', name), outcome: 'failed', why: message }] : tests;
    }),
  playwright: (report) => report.suites.flatMap(testsOfSuite),
};

function testsOfSuite({ suites = [], specs }) {
  const own = specs.flatMap(({ file, title, tests }) =>
    tests.map(({ status, results }) => ({
      name: `${file} > ${title}`,
      outcome: { expected: 'passed', flaky: 'unsteady', unexpected: 'failed' }[status],
      why: results.find(({ error }) => error)?.error.message,
    })),
  );
  return [...own, ...suites.flatMap(testsOfSuite)];
}

/** Whole files, as a test may stand on those before it; where that takes minutes the failed tests alone. */
function againOf({ testResults }) {
  const broken = testResults.filter(({ status }) => status === 'failed');
  const failed = broken.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed'));
  const takesLong = broken.some(({ startTime, endTime }) => endTime - startTime > 150_000);
  const names = failed.map(({ fullName }) => fullName.replace(/\W+/g, '.*'));
  return [...broken.map(({ name }) => name), ...(takesLong ? [`--testNamePattern=${names.join('|')}`] : [])];
}

function readReport(path) {
  return path && existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

function describe({ name, outcome, why = '' }) {
  const reason = stripVTControlCharacters(why).split('\n').slice(0, 2).join(' ').slice(0, 400);
  return `${outcome}: ${name}${reason ? ` (${reason})` : ''}`;
}

const [kind, firstPath, secondPath] = process.argv.slice(2);
const first = readReport(firstPath);
if (kind === 'again') {
  process.stdout.write((first ? againOf(first) : []).map((argument) => `${argument}\n`).join(''));
} else {
  const tests = first ? readers[kind](first) : [];
  const second = readReport(secondPath);
  const again = new Map((second ? readers[kind](second) : []).map(({ name, outcome }) => [name, outcome]));
  const files = new Set(
    second?.testResults.filter(({ status }) => status === 'passed').map(({ name }) => relative('.', name)),
  );
  for (const test of tests) {
    if (test.outcome !== 'failed') continue;
    if (again.get(test.name) === 'passed' || files.has(test.name)) test.outcome = 'unsteady';
  }
  const count = (...outcomes) => tests.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const named = tests.filter(({ outcome }) => ['failed', 'unsteady'].includes(outcome));
  const lines = [`${count('passed', 'unsteady')} ${count('failed')}`, ...named.map(describe)];
  process.stdout.write(`${lines.join('\n')}\n`);
}
