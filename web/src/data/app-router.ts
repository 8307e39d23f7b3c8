// The only thing that the console takes from the server: the type of its router.
export type { AppRouter } from '@holdfast/server/router';
