/**
 * Keeps the shell of the page for when there is no network, with the help card and the page to leave to: the files of one
 * build, nothing of anybody's. The page
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
  else if (pathname.startsWith('/calc.')) event.respondWith(caches.match(pathname).then((here) => here ?? fetch(request)));
  else if (pathname.startsWith('/assets/')) event.respondWith(kept(request, pathname));
});

/** What a push message says (docs/protocol.md): a sentence that tells nothing, and which page it is about. */
interface Said {
  id: string;
  text: string;
  link: string | null;
}

self.addEventListener('push', (event) => {
  // Browsers want something shown for each message, and forget who shows nothing; one that cannot be read says as much.
  const said = readable(event.data);
  const shown = { body: said.text, icon: '/icon.svg', badge: '/icon.svg', tag: said.id, data: said.link };
  event.waitUntil(self.registration.showNotification('Binôme', shown));
});

function readable(data: PushMessageData | null): Said {
  try {
    const { id, text, link } = data?.json() as Said;
    return { id: String(id), text: String(text), link: typeof link === 'string' && /^\/[^/\\]/.test(link) ? link : null };
  } catch {
    return { id: 'binome', text: '', link: null };
  }
}

/** Opens what it is about in a window that is there already, so that nothing being written is lost with a second one. */
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(new URL((event.notification.data as string | null) ?? '/', self.location.origin)));
});

async function show(address: URL): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const there = windows.find((one) => new URL(one.url).origin === address.origin);
  if (!there) return void (await self.clients.openWindow(address.href));
  // The page follows the part behind `#` by itself; loading it anew would end a call.
  there.postMessage({ go: address.hash });
  await there.focus();
}

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
