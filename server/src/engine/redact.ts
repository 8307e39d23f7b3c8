// Takes secrets out of text that people will see: tool output, driver errors.

/** What stands in place of a secret. */
export const redacted = '<redacted>';

/** Query options whose values are secrets. */
const secretOptions = 'tlsCertificateKeyFilePassword|sslPEMKeyPassword|authMechanismProperties|proxyPassword';

/**
 * Where a tool repeats what a server said of a document, beginning with what it holds: a key that is there twice, the document that
 * is not valid or cannot be indexed, the first field of one that is too large.
 */
const documentsSaid =
  /((?:continuing through error|write errors|Index build failed|E11000)\b[^{\n]*)\{.*|(First element: ).*/gi;

/** Shorter than this a literal is too common a word to be replaced everywhere; connection strings are redacted anyway. */
const shortestLiteral = 4;

/**
 * Makes a function that takes out of a text: the credentials of every connection string, the values of secret options, the given
 * secrets wherever they stand, as they are and percent-encoded, and what documents hold.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const literals = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter(({ length }) => length >= shortestLiteral)
    // The longest first: one secret may be part of another.
    .sort((a, b) => b.length - a.length);
  return (text) =>
    literals
      .reduce((rest, literal) => rest.replaceAll(literal, redacted), text)
      .replace(/(mongodb(?:\+srv)?:\/\/)\S*@/gi, `$1${redacted}@`)
      .replace(new RegExp(`\\b(${secretOptions})=[^&\\s]*`, 'gi'), `$1=${redacted}`)
      .replace(documentsSaid, `$1$2${redacted}`);
}
