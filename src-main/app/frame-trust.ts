/** What is read of a frame that sends a message; its getters may throw while it is being destroyed. */
interface FrameLike {
  readonly url: string
  readonly parent: unknown
}

/** Whether an address has the scheme and host of the app's page; false for what is no address. */
export function isSameSite(address: string, appUrl: string): boolean {
  if (!URL.canParse(address) || !URL.canParse(appUrl)) return false
  const [url, app] = [new URL(address), new URL(appUrl)]
  return url.protocol === app.protocol && url.host === app.host
}

/**
 * Whether a message comes from the main frame of the app's page. `unknown` is a main frame without an address: right after
 * a crashed page was loaded again its preload sends before the page's address is known.
 */
export function trustOf(
  frameOf: () => FrameLike | null | undefined,
  appUrl: string,
): 'trusted' | 'foreign' | 'unknown' {
  try {
    const frame = frameOf()
    if (!frame || frame.parent !== null) return 'foreign'
    if (frame.url === '') return 'unknown'
    return isSameSite(frame.url, appUrl) ? 'trusted' : 'foreign'
  } catch {
    return 'foreign'
  }
}
