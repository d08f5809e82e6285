/**
 * Between the cards of the queue by keyboard: j and k, or the arrows while a card itself has the focus. Only inside the
 * list and never in a field, so that no single key does anything elsewhere (WCAG 2.1.4).
 */

const CARD = 'article.flag';

export function moveByKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, .masker')) return;
  const onCard = target.matches(CARD);
  const step = event.key === 'j' || (onCard && event.key === 'ArrowDown') ? 1 : event.key === 'k' || (onCard && event.key === 'ArrowUp') ? -1 : 0;
  const list = event.currentTarget as HTMLElement;
  const cards = [...list.querySelectorAll<HTMLElement>(CARD)];
  const here = cards.findIndex((card) => card.contains(target));
  if (!step || cards.length === 0) return;
  event.preventDefault();
  const next = cards[Math.min(cards.length - 1, Math.max(0, here + step))]!;
  next.focus();
  next.scrollIntoView({ block: 'nearest' });
}

/** The card that the focus was in has gone: to the next one, or to the head of the list. */
export function focusNear(): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  const next = document.querySelector<HTMLElement>(`.queue ${CARD}`) ?? document.querySelector<HTMLElement>('.queue-tab[aria-current]');
  next?.focus({ preventScroll: true });
}
