/** A time as a `datetime-local` input takes it: the local one, to the minute. */
export function toLocalInput(at: number): string {
  const date = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** The next full hour, in ms since 1970. */
export const nextHour = (): number => Math.ceil((Date.now() + 1) / 3_600_000) * 3_600_000

/** The time that such an input holds, in ms since 1970; null for an empty or half typed one. */
export function fromLocalInput(text: string): number | null {
  const at = new Date(text).getTime()
  return Number.isNaN(at) ? null : at
}
