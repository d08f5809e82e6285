/** The English texts, fetched by who reads English. */

import './main'; // as staff.ts does, and for the same reason

export { en } from './locales/en';
