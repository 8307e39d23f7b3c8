import type { en } from './en/dictionary.ts';

/** What every language has to say. English is the shape: a key that French lacks fails the type check. */
export type Dictionary = typeof en;
