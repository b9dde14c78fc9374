/** What is looked at of a frame that sends a message; its getters may throw when it is just going. */
interface FrameLike {
  readonly url: string
  readonly parent: unknown
}

/** Whether an address is of the same scheme and host as our page; what is no address is not. */
export function isSameSite(address: string, own: string): boolean {
  if (!URL.canParse(address) || !URL.canParse(own)) return false
  const [url, ours] = [new URL(address), new URL(own)]
  return url.protocol === ours.protocol && url.host === ours.host
}

/**
 * Whose the frame is that sent a message: only the main frame of our own page is ours. `unknown` is a main frame without
 * an address: right after a crashed page was loaded again its preload speaks before the page's address is known.
 */
export function whoseFrame(
  frameOf: () => FrameLike | null | undefined,
  own: string,
): 'ours' | 'foreign' | 'unknown' {
  try {
    const frame = frameOf()
    if (!frame || frame.parent !== null) return 'foreign'
    if (frame.url === '') return 'unknown'
    return isSameSite(frame.url, own) ? 'ours' : 'foreign'
  } catch {
    return 'foreign'
  }
}
