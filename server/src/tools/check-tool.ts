import { OperationFailure } from '@holdfast/shared/failures';
import type { DoctorCheck, DoctorOptions } from './doctor.ts';
import { type FoundTool, findTool, type ToolName, toolVariables } from './find-tool.ts';
import { installHints } from './install-hints.ts';

/** One of the MongoDB tools: which, from where, and how to get it. */
export async function checkTool(
  name: ToolName,
  { toolPaths, searchPath, cacheDir }: Pick<DoctorOptions, 'toolPaths' | 'searchPath' | 'cacheDir'>,
  { needed }: { readonly needed: boolean },
): Promise<DoctorCheck> {
  const check = { id: name, title: name } as const;
  const problems: string[] = [];
  const onProblem = (line: string) => void problems.push(line);
  try {
    const tool = await findTool(name, { configured: toolPaths[name], searchPath, cacheDir, onProblem });
    if (tool !== undefined) return { ...check, status: 'ok', found: describe(tool), advice: null };
  } catch (error) {
    if (!(error instanceof OperationFailure)) throw error;
    const advice = `Correct ${toolVariables[name]}, or unset it. ${hints(name)}`;
    return { ...check, status: needed ? 'failed' : 'warning', found: error.message, advice };
  }
  if (!needed)
    return { ...check, status: 'ok', found: 'not installed, and not needed: the ledger is external', advice: null };
  return {
    ...check,
    status: 'warning',
    found: ['not installed', ...problems].join('. '),
    advice: `The server provides it at its start where that is possible. ${hints(name)}`,
  };
}

const sources: Readonly<Record<FoundTool['source'], string>> = {
  environment: 'named by the environment',
  path: 'on PATH',
  provided: 'provided by Holdfast',
};

function describe({ version, source, path }: FoundTool): string {
  return `${version === 'unknown' ? 'unknown version' : version}, ${sources[source]}: ${path}`;
}

function hints(name: ToolName): string {
  const commands = installHints(name, process.platform).map(({ system, command }) => `${system}: ${command}`);
  return `To install it: ${commands.join(' · ')}.`;
}
