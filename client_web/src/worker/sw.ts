/**
 * Keeps the shell of the page for when there is no network: the files of one build, nothing of anybody's. The page
 * itself comes from the network when it answers soon, so that a new version is there at the next visit.
 */

export {};

declare const self: ServiceWorkerGlobalScope;
/** Written in by the build: the files that everybody needs, and a name for this version. */
declare const FILES: readonly string[];
declare const VERSION: string;

const CACHE = `binome-${VERSION}`;
const PATIENCE_MS = 4_000; // for the page of a new version; then the one that is here

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(['/', ...FILES]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith('binome-') && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  // Of what is opened only the page itself: a file that one takes along comes from the network, however long it takes.
  if (request.mode === 'navigate' && pathname === '/') event.respondWith(page(request));
  else if (pathname.startsWith('/assets/')) event.respondWith(kept(request, pathname));
});

async function page(request: Request): Promise<Response> {
  const here = await caches.match('/');
  const fresh = fetch(request).then((response) => (response.ok ? response : (here ?? response)));
  if (!here) return fresh;
  return Promise.race([fresh.catch(() => here), new Promise<Response>((resolve) => setTimeout(resolve, PATIENCE_MS, here))]);
}

/** Files are named by their content, so the one that is here is the right one. */
async function kept(request: Request, pathname: string): Promise<Response> {
  const here = await caches.match(pathname);
  if (here) return here;
  const fresh = await fetch(request);
  if (fresh.ok) await (await caches.open(CACHE)).put(pathname, fresh.clone());
  return fresh;
}
