import { MongoClient } from 'mongodb';

/**
 * A connection to a mongod on loopback as `__system`, the user that whoever holds the keyfile is: it may do anything. So
 * a fresh replica set is initiated and its users are created with the localhost exception switched off. Not connected yet.
 */
export function systemClient(port: number, key: string): MongoClient {
  return new MongoClient(`mongodb://127.0.0.1:${port}/`, {
    auth: { username: '__system', password: key },
    authSource: 'local',
    authMechanism: 'SCRAM-SHA-256',
    directConnection: true,
    serverSelectionTimeoutMS: 2_000,
    connectTimeoutMS: 2_000,
    appName: 'holdfast-embedded',
  });
}
