/** Hands a value to the browser as a file to save. */
export function downloadJson(name: string, value: unknown): void {
  download(name, new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: 'application/json' }));
}

/** Hands a text to the browser as a file to save. */
export function downloadText(name: string, text: string): void {
  download(name, new Blob([text], { type: 'text/plain' }));
}

function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the browser has taken it by then
}
