// What somebody does who opens a recovery kit: reads its code, and sees which keys it holds.
import { openKit } from '../keys/recovery-kit.ts';

/** Throws KitUnreadable. */
export async function readKit(
  sealed: Uint8Array,
  passphrase: string,
): Promise<{ readonly code: string; readonly keyNames: readonly string[] }> {
  const { code, keys } = await openKit(sealed, passphrase);
  return { code, keyNames: keys.map(({ name }) => name) };
}
