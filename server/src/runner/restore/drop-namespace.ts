import type { MongoClient } from 'mongodb';
import { isGone } from '../../engine/driver-failure.ts';

/** Drops what is under a name, whatever it is; nothing happens where nothing is. */
export async function dropNamespace(client: MongoClient, database: string, name: string): Promise<void> {
  try {
    await client.db(database).command({ drop: name, writeConcern: { w: 'majority' } });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
