import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { resolve } from 'node:path'

const here = (path: string) => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      // The Node inside Electron 33, the oldest that has to run it.
      target: 'node20.18',
      rolldownOptions: {
        input: {
          index: here('src-main/index.ts'),
          cli: here('src-main/cli/main.ts'),
          engine: here('src-main/engine/entry.ts'),
          worker: here('src-main/engine/cluster/entry.ts'),
          'worker-link': here('src-main/engine/cluster/link-entry.ts'),
          importer: here('src-main/importer/entry.ts'),
        },
        // Everything in one folder, so that a path relative to this file is the same in each of them.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rolldownOptions: {
        input: { index: here('src-preload/index.ts') },
        // A sandboxed preload is CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: here('src-renderer'),
    plugins: [vue()],
    build: {
      outDir: here('out/renderer'),
      rolldownOptions: { input: here('src-renderer/index.html') },
    },
  },
})
