/**
 * Which folder may import which: an allow-list, so that a new folder is forbidden until it is listed here, and no cycles.
 * A file belongs to the longest folder below that contains it. `node` stands for Node's own modules.
 */
const maths = ['@tensorflow/tfjs-core']
const rooms = {
  'src-shared': ['zod'],
  'src-preload': ['src-shared', 'electron'],

  'src-main/version.ts': [],
  'src-main/log.ts': ['node', 'electron-log'],
  'src-main/files': ['node', 'src-shared', 'src-main/processes/process-identity.ts'],
  'src-main/datasets': ['node', 'zod', 'src-shared', 'src-main/files', 'src-main/processes/process-identity.ts'],
  'src-main/tensorflow': ['node', 'zod', 'yauzl', 'undici', 'src-shared', 'src-main/files', 'src-main/log.ts', 'src-main/version.ts', 'src-main/processes/process-identity.ts'],
  'src-main/database': ['node', 'zod', 'better-sqlite3', 'src-shared', 'src-main/files', 'src-main/log.ts', 'src-main/processes/process-identity.ts'],
  'src-main/runs': ['node', 'zod', 'src-shared', 'src-main/database', 'src-main/datasets', 'src-main/files', 'src-main/log.ts', 'src-main/processes'],
  'src-main/processes': ['node', 'src-shared', 'src-main/files', 'src-main/log.ts', 'src-main/datasets'],
  'src-main/processes/process-identity.ts': ['node'],
  'src-main/importer': ['node', 'zod', 'sharp', 'yauzl', 'p-map', 'src-shared', 'src-main/datasets', 'src-main/files', 'src-main/log.ts', 'src-main/processes'],

  'src-main/engine': ['src-shared', 'src-main/log.ts', 'src-main/processes', 'src-main/engine/backend', 'src-main/engine/sampling', 'src-main/engine/training', 'src-main/engine/checkpoints'],
  'src-main/engine/rng.ts': [...maths, 'src-shared'],
  'src-main/engine/mutex.ts': [],
  'src-main/engine/model': [...maths, 'src-shared'],
  'src-main/engine/graph': [...maths, 'node', 'src-shared', 'src-main/log.ts', 'src-main/processes/process-identity.ts', 'src-main/engine/backend'],
  'src-main/engine/backend': [...maths, 'node', 'src-shared', 'src-main/files', 'src-main/log.ts', 'src-main/version.ts', 'src-main/tensorflow', 'src-main/processes'],
  'src-main/engine/checkpoints': ['node', 'zod', 'src-shared', 'src-main/files', 'src-main/engine/graph', 'src-main/engine/model'],
  'src-main/engine/images': ['node', 'fast-png', 'src-shared', 'src-main/files'],
  'src-main/engine/data': [...maths, 'src-shared', 'src-main/datasets', 'src-main/engine/rng.ts', 'src-main/engine/graph', 'src-main/engine/backend'],
  'src-main/engine/sampling': [...maths, 'node', 'src-shared', 'src-main/files', 'src-main/datasets', 'src-main/version.ts', 'src-main/engine/model', 'src-main/engine/graph', 'src-main/engine/checkpoints', 'src-main/engine/data', 'src-main/engine/images', 'src-main/engine/rng.ts', 'src-main/engine/mutex.ts'],
  'src-main/engine/training': [...maths, 'node', 'src-shared', 'src-main/files', 'src-main/datasets', 'src-main/engine/model', 'src-main/engine/graph', 'src-main/engine/backend', 'src-main/engine/checkpoints', 'src-main/engine/data', 'src-main/engine/images', 'src-main/engine/sampling', 'src-main/engine/rng.ts', 'src-main/engine/mutex.ts'],

  'src-main/app': ['node', 'electron', 'src-shared', 'src-main/database', 'src-main/runs', 'src-main/files', 'src-main/log.ts'],
  'src-main/ipc': ['node', 'zod', 'electron', 'src-shared', 'src-main/database', 'src-main/datasets', 'src-main/runs', 'src-main/files', 'src-main/log.ts', 'src-main/version.ts', 'src-main/processes'],
  'src-main/index.ts': ['node', 'electron', 'src-shared', 'src-main'],
  'src-main/cli': ['node', 'zod', 'commander', 'sharp', 'src-shared', 'src-main/database', 'src-main/datasets', 'src-main/runs', 'src-main/files', 'src-main/log.ts', 'src-main/version.ts', 'src-main/processes', 'src-main/engine'],

  'src-renderer/i18n.ts': ['vue-i18n', 'src-shared'],
  'src-renderer/styles': [],
  'src-renderer/api': ['vue', '@vueuse/core', 'src-shared'],
  'src-renderer/composables': ['vue', 'pinia', '@vueuse/core', 'src-shared', 'src-renderer/api', 'src-renderer/i18n.ts'],
  'src-renderer/ui': ['vue', 'reka-ui', '@vueuse/core', 'src-shared', 'src-renderer/i18n.ts'],
  'src-renderer/charts': ['vue', 'pinia', 'uplot', '@vueuse/core', 'src-shared', 'src-renderer/ui', 'src-renderer/i18n.ts'],
  'src-renderer/entities': ['vue', 'pinia', 'reka-ui', '@vueuse/core', '@tanstack/vue-virtual', 'src-shared', 'src-renderer/api', 'src-renderer/composables', 'src-renderer/ui', 'src-renderer/charts', 'src-renderer/i18n.ts'],
  ...Object.fromEntries(
    ['library', 'run', 'experiment', 'gallery', 'interpolation', 'settings'].map((page) => [
      `src-renderer/pages/${page}`,
      ['vue', 'pinia', 'reka-ui', '@vueuse/core', '@tanstack/vue-virtual', 'src-shared', 'src-renderer/api', 'src-renderer/composables', 'src-renderer/ui', 'src-renderer/charts', 'src-renderer/entities', 'src-renderer/i18n.ts'],
    ]),
  ),
  'src-renderer/app': ['vue', 'pinia', 'reka-ui', '@vueuse/core', 'src-shared', 'src-renderer'],

  bench: ['node', 'zod', 'commander', 'vite', 'sharp', 'electron', ...maths, 'src-shared', 'src-main'],
}
/** Folders whose files another room may import only from inside it. */
const escape = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
const isFile = (room) => /\.(ts|vue|mjs)$/.test(room)
const pathOf = (room) => `^${escape(room)}${isFile(room) ? '$' : '/'}`
const packageOf = (name) => `(^|/)node_modules/${escape(name)}/`
const isPackage = (name) => !name.startsWith('src-') && name !== 'node'

/** One rule a room: itself, and what is listed. Rooms inside it have rules of their own. */
const ruleOf = ([room, targets]) => {
  const inner = Object.keys(rooms).filter((other) => other !== room && other.startsWith(`${room}/`))
  return {
    from: { path: pathOf(room), ...(inner.length > 0 ? { pathNot: inner.map(pathOf) } : {}) },
    to: {
      path: [
        pathOf(room),
        ...targets.filter((target) => target.startsWith('src-')).map(pathOf),
        ...targets.filter(isPackage).map(packageOf),
        ...(targets.includes('node') ? ['^(node:)?[a-z_/0-9]+$'] : []),
      ],
    },
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
  allowed: Object.entries(rooms).map(ruleOf),
  allowedSeverity: 'error',
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.node.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.vue', '.mjs', '.js', '.json'], exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
}
