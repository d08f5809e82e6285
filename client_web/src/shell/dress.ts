/** The look of a part of the page that comes later. */

/** Settles when it is here, or cannot be had: without it all still works. */
export const dress = (address: string): Promise<void> =>
  new Promise((done) => {
    const sheet = document.createElement('link');
    sheet.rel = 'stylesheet';
    sheet.href = address;
    sheet.onload = sheet.onerror = () => done();
    document.head.append(sheet);
  });
