/** Moves the focus to the first invalid field of a form, also where it is folded away. */
export function focusFirstInvalid(form: HTMLFormElement | null): void {
  const invalid = form?.querySelector<HTMLElement>('[aria-invalid="true"]')
  const closed = invalid?.closest('details')
  if (closed) closed.open = true
  invalid?.focus()
}
