/**
 * Which folder may import which: an allow-list, so that a new folder is forbidden until it is listed here; and no cycles.
 * A file belongs to the longest entry that contains it, and may import from that entry and from what is listed for it.
 * `node` stands for Node's own modules, names without a slash below `src-` for packages.
 */
const main = ['node', 'zod', 'src-shared', 'src-main/log.ts', 'src-main/files']
const maths = ['@tensorflow/tfjs-core', 'src-shared']
/** Runs operations by TensorFlow's names; of the backend, what makes numbers and batches may import it alone. */
const nativeOp = 'src-main/engine/backend/native-op.ts'
const window = [
  'vue',
  'pinia',
  'reka-ui',
  '@vueuse/core',
  '@tanstack/vue-virtual',
  'src-shared',
  'src-renderer/i18n.ts',
]
const shared = ['src-renderer/api', 'src-renderer/composables', 'src-renderer/ui', 'src-renderer/charts']
const pages = [
  'library',
  'dataset',
  'storage',
  'run',
  'experiment',
  'gallery',
  'interpolation',
  'compare',
  'queue',
  'settings',
]

const allowed = {
  'src-shared': ['zod'],
  'src-preload': ['electron', 'src-shared'],

  'src-main/version.ts': ['package.json'],
  'src-main/log.ts': ['node', 'electron-log'],
  'src-main/guard.ts': ['src-shared', 'src-main/log.ts'],
  'src-main/files': [...main, 'p-map'],
  'src-main/datasets': main,
  'src-main/processes': [...main, 'electron', 'src-main/datasets', 'src-main/guard.ts'],
  'src-main/tensorflow': [...main, 'yauzl', 'undici', 'p-map', 'src-main/version.ts'],
  'src-main/database': [...main, 'better-sqlite3'],
  'src-main/runs': [...main, 'src-main/database', 'src-main/datasets', 'src-main/processes'],
  'src-main/reports': [...main, 'src-main/database', 'src-main/runs'],
  'src-main/animation': [...main, 'sharp', 'h264-mp4-encoder'],
  'src-main/importer': [
    ...[...main, 'sharp', 'p-map', 'yauzl', 'src-main/animation', 'src-main/datasets', 'src-main/processes'],
    'src-main/engine/images',
  ],

  'src-main/engine/mutex.ts': [],
  'src-main/engine/model': maths,
  'src-main/engine/rng.ts': [...maths, 'src-main/engine/model', nativeOp],
  'src-main/engine/backend': [
    ...[...main, ...maths, '@tensorflow/tfjs-node-gpu'],
    ...['src-main/version.ts', 'src-main/tensorflow'],
  ],
  'src-main/engine/graph': [...main, ...maths, 'src-main/engine/model', 'src-main/engine/backend'],
  'src-main/engine/cluster': [
    ...[...main, ...maths, 'src-main/processes', 'src-main/engine/backend', 'src-main/engine/graph'],
  ],
  'src-main/engine/checkpoints': [...main, 'src-main/engine/model', 'src-main/engine/graph'],
  'src-main/engine/images': [...main, 'fast-png'],
  'src-main/engine/data': [
    ...[...maths, 'munkres', 'src-main/datasets', 'src-main/engine/rng.ts'],
    ...['src-main/engine/model', 'src-main/engine/graph', nativeOp],
  ],
  'src-main/engine/sampling': [
    ...[...main, ...maths, 'src-main/version.ts', 'src-main/datasets', 'src-main/engine/rng.ts'],
    ...['src-main/engine/mutex.ts', 'src-main/engine/model', 'src-main/engine/graph'],
    ...['src-main/engine/checkpoints', 'src-main/engine/data', 'src-main/engine/images'],
  ],
  'src-main/engine/evaluation': [
    ...[...main, ...maths, 'src-main/datasets', 'src-main/engine/rng.ts', 'src-main/engine/model'],
    ...['src-main/engine/graph', 'src-main/engine/checkpoints', 'src-main/engine/data'],
    ...['src-main/engine/images', 'src-main/engine/sampling'],
  ],
  'src-main/engine/averaging': [
    ...[...main, ...maths, 'src-main/datasets', 'src-main/engine/model', 'src-main/engine/graph'],
    ...['src-main/engine/checkpoints', 'src-main/engine/data', 'src-main/engine/sampling'],
    'src-main/engine/evaluation',
  ],
  'src-main/engine/training': [
    ...[...main, ...maths, 'src-main/datasets', 'src-main/engine/rng.ts', 'src-main/engine/mutex.ts'],
    ...['src-main/engine/model', 'src-main/engine/graph', 'src-main/engine/backend'],
    ...['src-main/engine/checkpoints', 'src-main/engine/data', 'src-main/engine/images'],
    ...['src-main/engine/sampling', 'src-main/engine/evaluation', 'src-main/engine/cluster'],
  ],
  'src-main/engine': [
    ...[...main, 'src-main/processes', 'src-main/tensorflow', 'src-main/engine/backend'],
    ...['src-main/engine/checkpoints', 'src-main/engine/sampling', 'src-main/engine/evaluation'],
    ...['src-main/engine/averaging', 'src-main/engine/training'],
  ],

  'src-main/agent': [
    ...[...main, 'src-main/version.ts', 'src-main/tensorflow', 'src-main/datasets', 'src-main/processes'],
    'src-main/engine',
  ],
  'src-main/remote': [
    ...[...main, 'p-map', 'src-main/version.ts', 'src-main/database', 'src-main/datasets', 'src-main/runs'],
    ...['src-main/tensorflow', 'src-main/processes'],
  ],

  'src-main/app': [
    ...[...main, 'electron', 'package.json', 'src-main/guard.ts', 'src-main/database', 'src-main/runs'],
    'src-main/processes',
  ],
  'src-main/ipc': [
    ...[...main, 'electron', 'src-main/guard.ts', 'src-main/version.ts', 'src-main/app', 'src-main/database'],
    ...['src-main/datasets', 'src-main/runs', 'src-main/processes', 'src-main/reports', 'src-main/remote'],
  ],
  'src-main/training-engine.ts': [
    ...[
      'src-shared',
      'src-main/app',
      'src-main/database',
      'src-main/processes',
      'src-main/remote',
      'src-main/runs',
    ],
  ],
  'src-main/create-services.ts': [
    ...[...main, 'electron', 'src-main/guard.ts', 'src-main/app', 'src-main/ipc', 'src-main/database'],
    ...['src-main/datasets', 'src-main/runs', 'src-main/processes', 'src-main/remote'],
    'src-main/training-engine.ts',
  ],
  'src-main/index.ts': ['node', 'electron', 'src-shared', 'src-main'],
  'src-main/cli': [
    ...[...main, 'commander', 'sharp', 'src-main/version.ts', 'src-main/tensorflow', 'src-main/database'],
    ...['src-main/datasets', 'src-main/runs', 'src-main/processes', 'src-main/engine'],
    ...['src-main/animation', 'src-main/reports', 'src-main/remote'],
  ],

  'src-renderer/i18n.ts': ['vue-i18n', 'src-shared'],
  'src-renderer/styles': [],
  'src-renderer/api': ['vue', '@vueuse/core', 'src-shared', 'src-renderer/i18n.ts'],
  'src-renderer/composables': [...window, 'src-renderer/api'],
  'src-renderer/ui': window,
  'src-renderer/charts': [...window, 'uplot', 'src-renderer/ui', 'src-renderer/composables'],
  'src-renderer/entities': [...window, ...shared],
  ...Object.fromEntries(
    pages.map((page) => [`src-renderer/pages/${page}`, [...window, ...shared, 'src-renderer/entities']]),
  ),
  'src-renderer/app': [
    ...[...window, ...shared, 'src-renderer/entities', 'src-renderer/styles'],
    ...pages.map((page) => `src-renderer/pages/${page}`),
  ],

  bench: [
    ...[
      ...main,
      ...maths,
      'commander',
      'vite',
      'sharp',
      'electron',
      'playwright-core',
      'scripts',
      'src-main',
    ],
    'tests/helpers/app.ts',
  ],
  // Starts the app for `npm run bench:ui`, as for the tests.
  'tests/helpers/app.ts': ['node', 'playwright-core', 'scripts'],
  scripts: [...main, 'src-main'],
}

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
const isFile = (entry) => /\.(ts|json)$/.test(entry)
const pathOf = (entry) => `^${escaped(entry)}${isFile(entry) ? '$' : '/'}`
const isPackage = (entry) => entry !== 'node' && !isFile(entry) && !/^(src-|bench$|scripts$)/.test(entry)

/** The path that an entry of a list stands for. */
function targetOf(entry) {
  if (entry === 'node') return '^(node:)?[a-z_/0-9]+$'
  return isPackage(entry) ? `(^|/)node_modules/${escaped(entry)}/` : pathOf(entry)
}

/** The rule of one folder or file; entries below it have rules of their own. */
function ruleOf([entry, targets]) {
  const inner = Object.keys(allowed).filter((other) => other.startsWith(`${entry}/`))
  return {
    from: { path: pathOf(entry), ...(inner.length > 0 ? { pathNot: inner.map(pathOf) } : {}) },
    to: { path: [pathOf(entry), ...targets.map(targetOf)] },
  }
}

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Move what both files need to a third one.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-resolvable',
      comment: 'The imported file or package does not exist.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: ['\\?modulePath$'] },
    },
  ],
  allowed: Object.entries(allowed).map(ruleOf),
  allowedSeverity: 'error',
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.node.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.vue', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
