/** The driver's own: the section of a message that carries documents as they are. See insert-raw.ts. */
declare module 'mongodb/lib/cmap/commands.js' {
  export class DocumentSequence {
    constructor(field: string);
    /** `document` is what command monitoring shows; `bytes` is what is sent. */
    push(document: object, bytes: Uint8Array): number;
  }
}
