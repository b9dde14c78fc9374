import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** Bundles the step for the Node inside Electron, which cannot run TypeScript. Answers the bundle's path. */
export async function buildElectronStep(): Promise<string> {
  // A development dependency that only this baseline needs.
  const { build } = await import('vite')
  const outDir = join(root, 'out', 'bench')
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      outDir,
      // The Node inside Electron 33, the oldest that has to run it.
      target: 'node20.18',
      ssr: join(root, 'bench', 'baselines', 'electron-step.ts'),
      rolldownOptions: {
        // Everything in one folder, so that a path relative to this file is the same in each of them.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  })
  return join(outDir, 'electron-step.js')
}
