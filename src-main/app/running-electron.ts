import packageJson from '../../package.json' with { type: 'json' }

/** The Electron that runs, and the one that package.json declares. */
export function electronInUse(path: string): { version: string; path: string; declared: string } {
  return { version: process.versions.electron, path, declared: packageJson.devDependencies.electron }
}
