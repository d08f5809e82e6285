/** How the code of the staff comes: with its look, so that nothing jumps. */

export async function staffCode(): Promise<typeof import('../parts/staff')> {
  const code = await import('../parts/staff');
  await code.dressed;
  return code;
}
