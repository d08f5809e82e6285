/** Where unsent messages live: IndexedDB, so that they survive a reload, a crash, a flat battery. */

import type { Waiting } from './rules';

export interface Store {
  all(): Promise<Waiting[]>;
  /** Keeps `item` and gives it its place in the order. */
  add(item: Omit<Waiting, 'order'>): Promise<Waiting>;
  put(item: Waiting): Promise<void>;
  remove(order: number): Promise<void>;
}

const TABLE = 'waiting';

class Kept implements Store {
  constructor(private readonly database: IDBDatabase) {}

  all(): Promise<Waiting[]> {
    return done(this.table('readonly').getAll() as IDBRequest<Waiting[]>);
  }

  async add(item: Omit<Waiting, 'order'>): Promise<Waiting> {
    return { ...item, order: Number(await done(this.table('readwrite').add(item))) };
  }

  async put(item: Waiting): Promise<void> {
    await done(this.table('readwrite').put(item));
  }

  async remove(order: number): Promise<void> {
    await done(this.table('readwrite').delete(order));
  }

  private table(mode: IDBTransactionMode): IDBObjectStore {
    return this.database.transaction(TABLE, mode).objectStore(TABLE);
  }
}

/** For browsers that forbid storage (some private windows): unsent messages live as long as the page. */
class InMemory implements Store {
  private items: Waiting[] = [];
  private last = 0;

  async all(): Promise<Waiting[]> {
    return [...this.items];
  }

  async add(item: Omit<Waiting, 'order'>): Promise<Waiting> {
    const kept = { ...item, order: (this.last += 1) };
    this.items.push(kept);
    return kept;
  }

  async put(item: Waiting): Promise<void> {
    this.items = this.items.map((other) => (other.order === item.order ? item : other));
  }

  async remove(order: number): Promise<void> {
    this.items = this.items.filter((other) => other.order !== order);
  }
}

export async function openStore(): Promise<Store> {
  try {
    const request = indexedDB.open('binome', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(TABLE, { keyPath: 'order', autoIncrement: true });
    };
    return new Kept(await done(request));
  } catch {
    return new InMemory();
  }
}

/** The result once the transaction has it, so that "kept" means kept. */
function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      if (!request.transaction || request.transaction.mode === 'readonly') resolve(request.result);
      else request.transaction.oncomplete = () => resolve(request.result);
    };
  });
}
