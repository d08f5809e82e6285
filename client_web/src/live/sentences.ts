/** What is said aloud of a line that grows: what was added, once there is a pause or a sentence is over. Pure. */

/** The words of `now` that were not said yet, or all of it when what was said has changed. */
export function unsaid(said: string, now: string): string {
  return now.startsWith(said) ? now.slice(said.length).trim() : now;
}

/** Whether it is time to speak without waiting for a pause. */
export const isOver = (text: string): boolean => /[.!?…]\s*$/.test(text);
