/** The look of a part of the page that comes later. */

const sheets = new Map<string, Promise<void>>();

/** Settles when it is here, or cannot be had: without it all still works, and the next who asks tries again. */
export function dress(address: string): Promise<void> {
  const known = sheets.get(address);
  if (known) return known;
  const coming = new Promise<void>((done) => {
    const sheet = document.createElement('link');
    sheet.rel = 'stylesheet';
    sheet.href = address;
    sheet.onload = () => done();
    sheet.onerror = () => {
      sheet.remove();
      sheets.delete(address);
      done();
    };
    document.head.append(sheet);
  });
  sheets.set(address, coming);
  return coming;
}

/** A part of the page and its look, fetched side by side, so that nothing jumps and nobody waits twice. */
export const dressed = async <Code>(code: Promise<Code>, address: string): Promise<Code> => (await Promise.all([code, dress(address)]))[0];
