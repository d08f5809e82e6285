/** The name of the page in its tab, with how much waits: to be read, and to be looked after. */

import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { rooms } from '../room/rooms';

const page = signal('');
/** How much waits for the reader beside what is unread. */
export const alsoWaiting = signal(0);

export function useTitle(name: string): void {
  useEffect(() => {
    page.value = name;
  }, [name]);
}

effect(() => {
  const unread = [...rooms.value.values()].reduce((sum, room) => sum + room.unread.value, 0);
  const waiting = unread + alsoWaiting.value;
  document.title = `${waiting ? `(${waiting}) ` : ''}${page.value ? `${page.value} — ` : ''}${t('app.name')}`;
});
