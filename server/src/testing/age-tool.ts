// The `age` command, for tests that show that it reads what Holdfast writes and the other way round.
import { fileURLToPath } from 'node:url';
import { provideGoTool } from './go-tool.ts';

export interface AgeTools {
  /** Paths of the programs. */
  readonly age: string;
  readonly ageKeygen: string;
}

/** What is pinned by `age/go.sum`; built in seconds, once. */
export async function ageTools(): Promise<AgeTools> {
  return { age: await provide('age'), ageKeygen: await provide('age-keygen') };
}

function provide(name: string): Promise<string> {
  const moduleFolder = fileURLToPath(new URL('./age/', import.meta.url));
  return provideGoTool({
    name,
    version: '1.2.1',
    moduleFolder,
    command: `filippo.io/age/cmd/${name}`,
    oldestGoMinor: 21,
  });
}
