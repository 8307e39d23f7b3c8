import { randomBytes } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readPrivateFile, writePrivateFile } from './private-file.ts';

const login = z.object({ user: z.string(), password: z.string() });
const credentialsSchema = z.object({ ledger: login, sample: login });

export type Login = z.infer<typeof login>;
/** The users that exist on the embedded mongod. */
export type LedgerCredentials = z.infer<typeof credentialsSchema>;

/** Everything that the embedded mongod keeps on disk: `<dataDir>/ledger`, for this user only. */
export interface LedgerFolder {
  readonly dbPath: string;
  readonly keyFile: string;
  readonly key: string;
  readonly logFile: string;
  readonly credentials: LedgerCredentials;
  /** The port chosen at the first start; undefined before. */
  readPort(): Promise<number | undefined>;
  writePort(port: number): Promise<void>;
}

/** Opens the folder; makes keyfile and passwords where they are missing (lost ones are simply made anew). */
export async function openLedgerFolder(dataDir: string): Promise<LedgerFolder> {
  const path = join(dataDir, 'ledger');
  const dbPath = join(path, 'db');
  await mkdir(dbPath, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  const keyFile = join(path, 'keyfile');
  const portFile = join(path, 'port');
  return {
    dbPath,
    keyFile,
    key: await loadKey(keyFile),
    logFile: join(path, 'mongod.log'),
    credentials: await loadCredentials(join(path, 'credentials.json')),
    readPort: async () => Number(await readPrivateFile(portFile)) || undefined,
    writePort: async (port) => await writePrivateFile(portFile, `${port}\n`),
  };
}

async function loadKey(file: string): Promise<string> {
  const known = (await readPrivateFile(file))?.trim();
  if (known !== undefined && known !== '') return known;
  const made = randomBytes(96).toString('base64');
  await writePrivateFile(file, made);
  return made;
}

async function loadCredentials(file: string): Promise<LedgerCredentials> {
  const known = parseCredentials((await readPrivateFile(file)) ?? '');
  if (known !== undefined) return known;
  const password = () => randomBytes(32).toString('base64url');
  const made = {
    ledger: { user: 'holdfast-ledger', password: password() },
    sample: { user: 'holdfast-sample', password: password() },
  };
  await writePrivateFile(file, `${JSON.stringify(made, null, 2)}\n`);
  return made;
}

/** undefined for a file that was not written whole. */
function parseCredentials(text: string): LedgerCredentials | undefined {
  try {
    return credentialsSchema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
