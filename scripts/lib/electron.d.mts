/** The Electron to start and the arguments that go before the app's folder; set-up must have run. */
export function electronToLaunch(): {
  executablePath: string
  args: string[]
  version: string
  declared: string
  source: 'given' | 'release' | 'stand-in'
}
