import type { MongoClient } from 'mongodb';

/** Makes a server answer these commands slowly, so that something can happen half-way; resolves to what ends it. */
export async function slowDown(
  client: MongoClient,
  commands: readonly string[],
  blockTimeMS: number,
): Promise<() => Promise<void>> {
  const admin = client.db('admin');
  const data = { failCommands: commands, blockConnection: true, blockTimeMS, failInternalCommands: false };
  await admin.command({ configureFailPoint: 'failCommand', mode: 'alwaysOn', data });
  return async () => {
    await admin.command({ configureFailPoint: 'failCommand', mode: 'off' });
  };
}
