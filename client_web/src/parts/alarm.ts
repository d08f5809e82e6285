/** What rings, fetched by the staff for whom something critical waits. */

import '../main'; // as staff.ts does, and for the same reason

export { ringingCases } from '../cases/alarm';
