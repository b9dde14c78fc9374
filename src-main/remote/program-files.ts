import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

const packageSchema = z.object({
  name: z.string().optional(),
  main: z.string().optional().catch(undefined),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
})
type Package = z.infer<typeof packageSchema>

const readPackage = (folder: string): Package =>
  packageSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')))

/** What the agent and the engine import. */
const importedPackages = [
  ...['@tensorflow/tfjs-core', '@tensorflow/tfjs-node-gpu', 'electron-log', 'fast-png', 'munkres'],
  ...['p-map', 'undici', 'yauzl', 'zod'],
]

/** Of Flowerbed itself; what needs a window, a compiler or the images of the demo stays here. */
const ownFolders = ['src-main', 'src-shared', 'resources']
const leftOut = /^(src-main\/(native|app|ipc|cli)|resources\/demo)\/|\.(md|license)$/i

/** Not JavaScript that Node runs: types, source maps, pages, tests. */
const notRun = /\.(map|md|markdown|html|flow|[cm]?ts)$|_test\.js$|\/(test|tests|docs|\.bin)\//i
/** Libraries of browsers that packages list and do not import in Node. */
const ofBrowsers = new Set(['core-js', 'regenerator-runtime'])

/**
 * The folder of Flowerbed's checkout that this process was started from.
 * @throws FlowerbedError `unavailable` where there is none
 */
export function checkoutFolder(from = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'src-shared', 'errors.ts')) && existsSync(join(folder, 'node_modules')))
      return folder
    if (dirname(folder) === folder)
      throw new FlowerbedError('unavailable', errorText('install.noCheckout'), { where: from })
  }
}

/** The files of which another machine makes a Flowerbed that trains: paths below the checkout, with slashes, sorted. */
export function programFiles(root: string): string[] {
  const own = ownFolders
    .flatMap((folder) => filesBelow(join(root, folder)))
    .map((path) => pathIn(root, path))
    .filter((path) => !leftOut.test(path))
  const packages = packageFolders(root).flatMap((folder) => filesOfPackage(root, folder))
  return ['package.json', 'LICENSE', ...own, ...packages].sort()
}

/** The folders of the imported packages and of all that they depend on. */
function packageFolders(root: string): string[] {
  const found = new Set<string>()
  const visit = (name: string, from: string) => {
    const folder = findPackage(name, from, root)
    // An optional one of another platform is not installed.
    if (folder === null || ofBrowsers.has(name) || found.has(folder)) return
    found.add(folder)
    const { dependencies, optionalDependencies } = readPackage(folder)
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) visit(next, folder)
  }
  for (const name of importedPackages) visit(name, root)
  return [...found]
}

/** Where Node finds a package that a module in a folder imports. */
function findPackage(name: string, from: string, root: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === root || dirname(folder) === folder) return null
  }
}

function filesOfPackage(root: string, folder: string): string[] {
  const { main } = readPackage(folder)
  // A package of TensorFlow.js for browsers, of which Node loads one file.
  if (main?.endsWith('.node.js'))
    return ['package.json', main].map((name) => pathIn(root, join(folder, name)))
  return filesBelow(folder)
    .map((path) => pathIn(root, path))
    .filter((path) => !notRun.test(path) && !pathIn(folder, join(root, path)).startsWith('node_modules/'))
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

const pathIn = (root: string, path: string): string => relative(root, path).split(sep).join('/')
