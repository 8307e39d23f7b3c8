import { type FindToolOptions, type FoundTool, findTool, type ToolName } from './find-tool.ts';
import { type ProvideToolOptions, provideTool } from './provide-tool.ts';

/** Finds a tool, else provides it. Throws `OperationFailure('tool-missing')` that says what is missing and how to install it. */
export async function ensureTool(name: ToolName, options: FindToolOptions & ProvideToolOptions): Promise<FoundTool> {
  return (await findTool(name, { onProblem: options.onProgress, ...options })) ?? (await provideTool(name, options));
}
