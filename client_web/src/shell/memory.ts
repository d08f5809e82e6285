/** A few small facts kept on this device. A browser that forbids storage only forgets; nothing else depends on it. */

const PREFIX = 'binome.';

export function recall(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Storage is full or forbidden: the fact lives as long as the page.
  }
}
