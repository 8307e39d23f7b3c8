import type { Document, MongoClient } from 'mongodb';

export interface FailCommand {
  readonly failCommands: readonly string[];
  /** Only connections of the client that was made with this `appName`. */
  readonly appName: string;
  /** Only on this collection, with its database. */
  readonly namespace?: string;
  readonly errorCode?: number;
  readonly errorLabels?: readonly string[];
  readonly closeConnection?: boolean;
  /** The command waits `blockTimeMS` before it runs, and fails only if it has another reason to. */
  readonly blockConnection?: boolean;
  readonly blockTimeMS?: number;
  /** The command runs, and its answer says that it is not known to be on a majority. */
  readonly writeConcernError?: Document;
}

/** A fail point that is set; it ends when it is disposed of. */
export interface SetFailPoint extends AsyncDisposable {
  /** How many commands it has failed. */
  failed(): Promise<number>;
}

/** Lets commands fail by the server's own `failCommand`: so many times, or until it is disposed of, the first ones excepted. */
export async function failCommand(
  client: MongoClient,
  mode: { readonly times: number } | { readonly skip: number } | 'alwaysOn',
  data: FailCommand,
): Promise<SetFailPoint> {
  const admin = client.db('admin');
  const set = (command: Document) => admin.command({ configureFailPoint: 'failCommand', ...command });
  const entered = async () => {
    const answer = await admin.command({ getParameter: 1, 'failpoint.failCommand': 1 });
    return Number(answer['failpoint.failCommand'].timesEntered);
  };
  const { count: before } = await set({ mode, data });
  return {
    failed: async () => (await entered()) - Number(before),
    async [Symbol.asyncDispose]() {
      await set({ mode: 'off' });
    },
  };
}
