/** A text that names no destination. `message` says what is wrong and what may be written instead; it repeats no secret. */
export class LocationInvalid extends Error {
  override readonly name = 'LocationInvalid';
}
