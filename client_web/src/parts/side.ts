/** The side web socket of a call with its voices and stills: for networks that block everything else. */

import '../main'; // as staff.ts does, and for the same reason

export { SideChannel } from '../call/side/side_channel';
