/** The name of the page in its tab, with what waits to be read. */

import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../locales/text';
import { rooms } from '../room/rooms';

const page = signal('');

export function useTitle(name: string): void {
  useEffect(() => {
    page.value = name;
  }, [name]);
}

effect(() => {
  const unread = [...rooms.value.values()].reduce((sum, room) => sum + room.unread.value, 0);
  document.title = `${unread ? `(${unread}) ` : ''}${page.value ? `${page.value} — ` : ''}${t('app.name')}`;
});
