/** What only the staff use, fetched when one of them signs in. */

export { Administration } from './admin/administration';
export { QueueSection } from './queue/queue_section';
