import packageJson from '../package.json' with { type: 'json' }

/** Flowerbed's own version. */
export const flowerbedVersion: string = packageJson.version
