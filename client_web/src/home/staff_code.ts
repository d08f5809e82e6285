/** How the code of the staff comes: with its look, so that nothing jumps. */

export async function staffCode(): Promise<typeof import('../staff')> {
  const code = await import('../staff');
  await code.dressed;
  return code;
}
